using System.CommandLine;
using System.Globalization;
using Busker.Kernel;
using Busker.Learning.Data;
using Busker.Learning.Recs;

namespace Busker.Cli.Commands;

/// <summary><c>busker learn recommend</c>: what a saved recommender proposes to one listener, and the heard items that speak for it.</summary>
internal static class LearnRecommendCommand
{
    private const int Reasons = 3;

    private sealed record Answer(RecsModel Model, Picks Picks, bool? SameData);

    public static Command Create()
    {
        var model = new Option<FileInfo>("--model") { Description = "What learn recs wrote.", DefaultValueFactory = _ => new FileInfo(Path.Combine("learned", "recs.model")) };
        var data = new Option<DirectoryInfo?>("--data") { Description = "Folder with interactions.csv[.gz], where the listener's history is." };
        var user = new Option<int?>("--user") { Description = "The listener, by the id in the data." };
        var heard = new Option<string?>("--heard") { Description = "Instead of both: items heard, ids with commas between." };
        var count = new Option<int>("--count") { Description = "Items to propose.", DefaultValueFactory = _ => 10 };
        var item = new Option<int?>("--item") { Description = "Explain the score of this item alone." };
        LearnRun.Within(count, 1, 1000);
        var command = new Command("recommend", "What a saved recommender proposes to a listener, and why.") { model, data, user, heard, count, item };
        command.Validators.Add(given =>
        {
            var (folder, who, what) = (given.GetValue(data), given.GetValue(user), given.GetValue(heard));
            if (what is null != (folder is not null && who is not null) || (what is not null && (folder is not null || who is not null)))
                given.AddError("give either --data and --user, or --heard");
        });
        command.SetAction((parsed, stop) =>
        {
            var (saved, folder, who, what) = (parsed.GetValue(model)!.FullName, parsed.GetValue(data)?.FullName, parsed.GetValue(user), parsed.GetValue(heard));
            var (wanted, one) = (parsed.GetValue(count), parsed.GetValue(item));
            return LearnRun.Run<Answer>(null, 1, (_, progress) =>
            {
                progress("reading", 0);
                var read = RecsModelFile.Read(saved);
                if (read.Fault is { } fault) return fault;
                return what is null ? FromData(read.Value, folder!, who!.Value, wanted, one) : FromList(read.Value, what, wanted, one);
            }, answer => Show(answer, one is not null), stop);
        });
        return command;
    }

    private static Result<Answer> FromData(RecsModel model, string folder, int user, int count, int? item)
    {
        var set = RecsFolder.Read(folder);
        if (set.Fault is { } unreadable) return unreadable;
        var history = Picks.History(set.Value, user);
        if (history.Fault is { } absent) return absent;
        var picks = Picks.For(model, history.Value.Items, history.Value.Plays, count, item);
        return picks.Fault is { } fault ? fault : new Answer(model, picks.Value, RecsModelFile.Fingerprint(set.Value.TrainAndValidation) == model.Fingerprint);
    }

    private static Result<Answer> FromList(RecsModel model, string list, int count, int? item)
    {
        var words = list.Split(',', StringSplitOptions.TrimEntries);
        var odd = Array.FindIndex(words, w => !int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        if (odd >= 0) return new Fault(Code.InvalidArgument, "LEARNING_BAD_OPTION", $"--heard, place {odd + 1}: '{words[odd]}' is not an id (a whole number from 0)");
        int[] heard = [.. words.Select(w => int.Parse(w, CultureInfo.InvariantCulture)).Distinct()];
        var picks = Picks.For(model, heard, [.. heard.Select(_ => 1f)], count, item);
        return picks.Fault is { } fault ? fault : new Answer(model, picks.Value, null);
    }

    private static void Show(Answer answer, bool isOne)
    {
        var picks = answer.Picks;
        if (isOne)
        {
            LearnRun.Print(["heard item", "adds to the score"], picks.Items[0].Because.Select(b => (IReadOnlyList<string>)[Text($"{b.Item}"), Text($"{b.Share:+0.0000;-0.0000}")]));
            Console.WriteLine(Text($"item {picks.Items[0].Item}: score {picks.Items[0].Score:0.000}, of which the heard items add {picks.Items[0].Because.Sum(b => b.Share):0.000}"));
        }
        else
        {
            LearnRun.Print(["place", "item", "score", "because of (adds)"], picks.Items.Select((p, k) =>
                (IReadOnlyList<string>)[Text($"{k + 1}"), Text($"{p.Item}"), Text($"{p.Score:0.000}"), string.Join(", ", p.Because.Take(Reasons).Select(b => Text($"{b.Item} ({b.Share:+0.00;-0.00})")))]));
        }

        Console.WriteLine(Text($"from {picks.Heard} heard items{(picks.Unknown > 0 ? $"; {picks.Unknown} more are unknown to the model and left out" : "")}"));
        var trained = answer.SameData switch { true => ", trained on these very data", false => ", trained on other data than these", null => "" };
        Console.WriteLine(Text($"model of {answer.Model.Items} items: {answer.Model.Name}{trained}"));
        Console.WriteLine($"fingerprint {answer.Model.Fingerprint}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
