using System.Security.Cryptography;
using System.Text.Json;
using Busker.Experiments.V1;

namespace Busker.Flags.Tests;

/// <summary>
/// The golden file holds signed files, deltas and what was answered from them when it was written. Every resolver of the
/// contract answers it the same, this one too: an answer that changes here changes for everybody who has such a file.
/// </summary>
public sealed class GoldenTests
{
    [Fact]
    public void The_golden_file_is_answered_as_it_was_written()
    {
        var clock = new MovedClock();
        var (cases, broken) = (0, 0);
        Dictionary<string, ECDsa> keys = [];
        OpenedState? opened = null;
        FlagBook? book = null;
        foreach (var text in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "golden.jsonl")))
        {
            var line = JsonDocument.Parse(text).RootElement;
            if (line.TryGetProperty("key", out var key))
            {
                var signer = ECDsa.Create();
                signer.ImportSubjectPublicKeyInfo(key.GetBytesFromBase64(), out _);
                keys[line.GetProperty("key_id").GetString()!] = signer;
            }
            else if (line.TryGetProperty("file", out var file))
            {
                opened = StateFiles.Read(file.GetBytesFromBase64(), keys, opened).Value;
                book = FlagBook.Build(opened.State, clock, new(line.GetProperty("shipped").GetBoolean())).Value;
            }
            else if (line.TryGetProperty("broken", out var damaged))
            {
                var fault = FlagBook.Build(StateFiles.Read(damaged.GetBytesFromBase64(), keys).Value.State, clock).Fault;
                (fault?.Message ?? "").ShouldBe(line.GetProperty("message").GetString());
                broken++;
            }
            else
            {
                clock.NowUs = line.GetProperty("now_us").GetInt64();
                Check(line, book!);
                cases++;
            }
        }

        (cases, broken).ShouldBe((96, 8));
    }

    private static void Check(JsonElement line, FlagBook book)
    {
        var context = ContextJson.Read(line.GetProperty("context")).Value;
        var caller = line.TryGetProperty("secret", out var secret)
            ? book.CallerOf(secret.GetString()!).Value
            : book.Operator([.. line.GetProperty("environments").EnumerateArray().Select(e => e.GetString()!)]);
        string[]? flags = line.TryGetProperty("flag", out var flag) ? [flag.GetString()!] : null;
        var batch = book.Begin(flags, context, caller, Memory(line.GetProperty("sticky")));
        Same(line, batch);
        if (line.TryGetProperty("then", out var then))
        {
            batch.Resume(Records(line.GetProperty("resume")));
            Same(then, batch);
        }

        if (line.TryGetProperty("text", out var text)) FlagBook.Text(book.Explain(flags![0], context, caller, Memory(line.GetProperty("sticky")))).ShouldBe(text.GetString());
    }

    private static void Same(JsonElement expected, Batch batch)
    {
        batch.Answers.Select(a => a.ToMessage(batch.Context)).ShouldBe(expected.GetProperty("expect").EnumerateArray().Select(e => Resolution.Parser.ParseJson(e.GetRawText())));
        batch.Needed.ShouldBe(expected.GetProperty("needed").EnumerateArray().Select(e => StickyRead.Parser.ParseJson(e.GetRawText())));
        batch.Writes.ShouldBe(expected.GetProperty("writes").EnumerateArray().Select(e => StickyWrite.Parser.ParseJson(e.GetRawText())));
        (batch.Failure ?? "").ShouldBe(expected.GetProperty("failure").GetString());
    }

    private static StickyMemory Memory(JsonElement records)
    {
        var memory = new StickyMemory();
        foreach (var record in Records(records)) memory.Add(record);
        return memory;
    }

    private static IEnumerable<StickyRecord> Records(JsonElement records) =>
        records.EnumerateArray().Select(r => StickyRecord.Parser.ParseJson(r.GetRawText()));

    private sealed class MovedClock : TimeProvider
    {
        public long NowUs { get; set; }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(NowUs * 10);
    }
}
