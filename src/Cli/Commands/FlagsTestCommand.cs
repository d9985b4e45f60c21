using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Busker.Experiments.V1;
using Busker.Flags;
using Busker.Kernel;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Cli.Commands;

/// <summary>`busker flags test`: resolve contexts and compare the answers with those that are expected.</summary>
internal static class FlagsTestCommand
{
    private const int Shown = 20;

    public static Command Create()
    {
        var state = new Argument<FileInfo>("state") { Description = "A state: BSK1 file or protobuf JSON." };
        var cases = new Argument<FileInfo>("cases")
        {
            Description = """A JSON object a line: {"context": {...}, "expect": {"flag": value}}, and if wanted "environments", "at" (a time), "sticky".""",
        };
        var shipped = new Option<bool>("--shipped-engine") { Description = "Answer as Confidence's shipped engine where it differs from its reference." };
        var command = new Command("test", "Resolve contexts and compare with what is expected; exit code 1 if an answer is wrong.") { state, cases, shipped };
        command.SetAction(parsed =>
        {
            var clock = new CaseClock();
            var read = FlagsCommand.Read(parsed.GetValue(state)!);
            if (read.Fault is { } unreadable) return FlagsCommand.Refuse(unreadable);
            var book = FlagBook.Build(read.Value, clock, new(parsed.GetValue(shipped)));
            if (book.Fault is { } fault) return FlagsCommand.Refuse(fault);
            var file = parsed.GetValue(cases)!;
            if (!file.Exists) return FlagsCommand.Refuse(Fault.Invalid("cases", $"there is no file {file.Name}"));
            var (line, answers, wrong) = (0, 0, 0);
            foreach (var text in File.ReadLines(file.FullName))
            {
                line++;
                if (string.IsNullOrWhiteSpace(text)) continue;
                try
                {
                    using var document = JsonDocument.Parse(text);
                    Check(book.Value, clock, document.RootElement, line, ref answers, ref wrong);
                }
                catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or InvalidProtocolBufferException)
                {
                    return FlagsCommand.Refuse(Fault.Invalid($"cases, line {line}", e.Message));
                }
            }

            Console.WriteLine($"{answers} answers, {wrong} wrong");
            return wrong == 0 ? 0 : 1;
        });
        return command;
    }

    private static void Check(FlagBook book, CaseClock clock, JsonElement test, int line, ref int answers, ref int wrong)
    {
        clock.Now = test.TryGetProperty("at", out var at) ? DateTimeOffset.Parse(at.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : null;
        var context = ContextJson.Read(test.GetProperty("context"));
        if (context.Fault is { } fault) throw new FormatException(fault.Message);
        var environments = test.TryGetProperty("environments", out var named) ? [.. named.EnumerateArray().Select(e => e.GetString()!)] : Array.Empty<string>();
        var sticky = new StickyMemory { AbsentUnlessKnown = true };
        if (test.TryGetProperty("sticky", out var records))
        {
            foreach (var record in records.EnumerateArray()) sticky.Add(StickyRecord.Parser.ParseJson(record.GetRawText()));
        }

        foreach (var expected in test.GetProperty("expect").EnumerateObject())
        {
            answers++;
            var answer = book.Resolve(expected.Name, context.Value, book.Operator(environments), sticky);
            var (given, wanted) = (answer.Value ?? Value.ForNull(), Value.Parser.ParseJson(expected.Value.GetRawText()));
            if (given.Equals(wanted)) continue;
            if (++wrong <= Shown) Console.WriteLine($"line {line}: {expected.Name} is {given} ({answer.Reason}, {answer.Rule?.Name}), expected {wanted}");
        }
    }

    private sealed class CaseClock : TimeProvider
    {
        public DateTimeOffset? Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now ?? System.GetUtcNow();
    }
}
