using System.CommandLine;
using System.Globalization;
using System.Text;
using Busker.Learning.Fraud;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Cli.Commands;

/// <summary><c>busker learn score</c>: payments scored by a saved fraud model, with the columns that speak for and against.</summary>
internal static class LearnScoreCommand
{
    private const int Shown = 10, Reasons = 3;

    public static Command Create()
    {
        var data = new Option<DirectoryInfo>("--data") { Description = "Folder with the payments and their past, as for learn fraud; an empty outcome is not known yet.", Required = true };
        var model = new Option<FileInfo>("--model") { Description = "What learn fraud wrote.", DefaultValueFactory = _ => new FileInfo(Path.Combine("learned", "fraud.model")) };
        var (output, threads) = (LearnRun.Output, LearnRun.Threads);
        var days = new Option<int?>("--days") { Description = "Score the newest days; without it what has no outcome yet, or else the newest day." };
        var payment = new Option<long?>("--payment") { Description = "Score this one alone and show what every column adds." };
        days.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int?>() is < 1 and var value) given.AddError($"--days is {value}; it must be at least 1");
        });
        var command = new Command("score", "Score payments with a saved fraud model, and say why.") { data, model, output, threads, days, payment };
        command.SetAction((parsed, stop) =>
        {
            var (folder, saved, into) = (parsed.GetValue(data)!.FullName, parsed.GetValue(model)!.FullName, parsed.GetValue(output)!.FullName);
            var wish = new ScoreWish(parsed.GetValue(payment), parsed.GetValue(days));
            TreeModel? read = null;
            return LearnRun.Run<FraudScores>(wish.Id is null ? into : null, parsed.GetValue(threads), (lanes, progress) =>
            {
                var loaded = ModelFile.Read(saved);
                return loaded.Fault is { } fault ? fault : FraudScores.Run(folder, read = loaded.Value, wish, lanes, progress);
            }, scores => Show(scores, read!, wish.Id is null ? into : null), stop);
        });
        return command;
    }

    private static void Show(FraudScores scores, TreeModel model, string? output)
    {
        if (output is null) One(scores, scores.Payments[0]);
        else
        {
            LearnRun.Print(["payment", "amount", "chance of fraud", "decision", "what speaks most (log-odds)"], scores.Payments.OrderByDescending(p => p.Chance).Take(Shown).Select(p =>
                (IReadOnlyList<string>)[Text($"{p.Id}"), Text($"{p.Amount:0.00}"), Text($"{p.Chance:0.0000}"), Decision(p), string.Join('\n', p.Reasons.Take(Reasons).Select(Why))]));
            Console.WriteLine(Text($"{scores.Payments.Length} payments scored, {scores.Payments.Count(p => p.Stop)} to stop; the table has those with the highest chance"));
        }

        var until = DateTimeOffset.FromUnixTimeSeconds((long)model.Metrics["trained_until"]);
        Console.WriteLine(Text($"model of {model.Features.Length} columns, trained up to {until:yyyy-MM-dd} on {(scores.SameData ? "these very payments" : "other payments than these")}"));
        Console.WriteLine($"fingerprint {model.Fingerprint}");
        if (output is not null) LearnRun.Write("scores", Path.Combine(output, "scores.csv"), path => WholeFile.Write(path, Encoding.UTF8.GetBytes(Csv(scores))));
    }

    private static void One(FraudScores scores, ScoredPayment payment)
    {
        LearnRun.Print(["column", "value", "adds to the log-odds"], payment.Reasons.Select(r => (IReadOnlyList<string>)[r.Column, Value(r.Value), Text($"{r.Contribution:+0.0000;-0.0000}")]));
        Console.WriteLine(Text($"payment {payment.Id} of {payment.Amount:0.00}: chance of fraud {payment.Chance:0.0000}, {Decision(payment)}"));
        Console.WriteLine(Text($"log-odds {scores.Expected + payment.Reasons.Sum(r => r.Contribution):0.0000} = {scores.Expected:0.0000} with nothing known + what the columns add; calibrated to the chance"));
    }

    private static string Csv(FraudScores scores)
    {
        var text = new StringBuilder("payment,time,amount,chance,stop");
        for (var r = 1; r <= Reasons; r++) text.Append(CultureInfo.InvariantCulture, $",reason_{r},value_{r},adds_{r}");
        text.Append('\n');
        foreach (var p in scores.Payments)
        {
            text.Append(CultureInfo.InvariantCulture, $"{p.Id},{DateTimeOffset.FromUnixTimeSeconds(p.Time):yyyy-MM-dd'T'HH:mm:ss'Z'},{p.Amount:0.00},{p.Chance:0.000000},{(p.Stop ? 1 : 0)}");
            foreach (var r in p.Reasons.Take(Reasons)) text.Append(CultureInfo.InvariantCulture, $",{r.Column},{(double.IsNaN(r.Value) ? "" : r.Value.ToString("0.######", CultureInfo.InvariantCulture))},{r.Contribution:0.0000}");
            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Why(Reason r) => Text($"{r.Contribution:+0.00;-0.00} {r.Column} = {Value(r.Value)}");
    private static string Value(double value) => double.IsNaN(value) ? "missing" : Text($"{value:0.####}");
    private static string Decision(ScoredPayment p) => p.Stop ? "stop" : "let through";
    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
