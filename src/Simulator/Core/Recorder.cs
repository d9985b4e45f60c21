using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Busker.Kernel;
using Microsoft.AspNetCore.Http;

namespace Busker.Simulator.Core;

/// <summary>The first line of a snapshot: without the same start, what was asked would lead elsewhere.</summary>
internal sealed record Begun(string Scenario, ulong Seed, long StartMs, string Providers);

/// <summary>
/// A snapshot is what was asked: the simulator is a function of its seed, scenario and requests, so a file of requests with
/// their virtual times restores the state. Each request is appended as one JSON line when it arrives, and is with the system before its reply
/// leaves; a last line without an end is one that the end of the process cut off, and does not count.
/// </summary>
internal sealed class Recorder : IDisposable
{
    private static readonly string[] Noise = ["Host", "Connection", "User-Agent", "Accept", "Accept-Encoding", "X-Stripe-Client-User-Agent"];
    private static readonly JsonSerializerOptions Strict = new() { RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };
    private readonly ArrayBufferWriter<byte> _line = new(1_024);
    private readonly FileStream _file;

    /// <summary>Opens the file for this simulator alone, and begins it when it is empty.</summary>
    public Recorder(string path, Begun begun)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        _file.SetLength(Whole(_file));
        _file.Position = _file.Length;
        if (_file.Length == 0) Append(json => JsonSerializer.Serialize(json, begun));
    }

    public void Write(string provider, Ask ask)
    {
        Append(json =>
        {
            json.WriteStartObject();
            json.WriteString("provider", provider);
            json.WriteNumber("at", ask.AtMs);
            json.WriteString("lane", ask.Lane);
            json.WriteString("origin", ask.Origin);
            json.WriteString("method", ask.Method);
            json.WriteString("path", ask.Path);
            json.WriteString("query", ask.Query);
            json.WriteBase64String("body", ask.Body);
            json.WriteStartObject("headers");
            foreach (var (name, value) in ask.Headers)
            {
                if (!Noise.Contains(name, StringComparer.OrdinalIgnoreCase)) json.WriteString(name, value.ToString());
            }

            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    /// <summary>That time has come so far, although nobody asked anything.</summary>
    public void Mark(string provider, long atMs) => Write(provider, new Ask
    {
        Method = "POST", Path = "/_sim/clock", Query = "", Headers = new HeaderDictionary(), Body = [], Origin = "", AtMs = atMs,
    });

    /// <summary>How a snapshot began and what was asked since, in order; refused with file and line when a line is neither. Nothing when there is no file.</summary>
    public static Result<(Begun? Begun, IReadOnlyList<(string Provider, Ask Ask)> Asks)> Read(string? path)
    {
        var (begun, asks, number) = ((Begun?)null, new List<(string, Ask)>(), 0);
        if (!File.Exists(path)) return (begun, asks);
        try
        {
            foreach (var line in Lines(path))
            {
                if (++number > 1) asks.Add(One(line));
                else begun = JsonSerializer.Deserialize<Begun>(line, Strict) ?? throw new FormatException(line);
            }

            return (begun, asks);
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return new Fault(Code.InvalidArgument, "SNAPSHOT", $"{path}:{number}: this is not a line of a snapshot");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new Fault(Code.InvalidArgument, "SNAPSHOT", $"{path}: this file cannot be read: {unreadable.Message}");
        }
    }

    private static IEnumerable<string> Lines(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var whole = Whole(file) == file.Length;
        file.Position = 0;
        using var reader = new StreamReader(file);
        for (var line = reader.ReadLine(); line is not null;)
        {
            var next = reader.ReadLine();
            if (next is not null || whole) yield return line;
            line = next;
        }
    }

    /// <summary>How many bytes of a file are whole lines.</summary>
    private static long Whole(FileStream file)
    {
        Span<byte> block = stackalloc byte[4_096];
        for (var end = file.Length; end > 0; end -= block.Length)
        {
            var start = Math.Max(0, end - block.Length);
            var read = block[..(int)(end - start)];
            file.Position = start;
            file.ReadExactly(read);
            if (read.LastIndexOf((byte)'\n') is var at and >= 0) return start + at + 1;
        }

        return 0;
    }

    private void Append(Action<Utf8JsonWriter> write)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line)) write(json);
        _line.Write("\n"u8);
        _file.Write(_line.WrittenSpan);
    }

    private static (string Provider, Ask Ask) One(string line)
    {
        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        string Text(string name) => root.GetProperty(name).GetString() ?? throw new FormatException(name);
        var headers = new HeaderDictionary();
        foreach (var header in root.GetProperty("headers").EnumerateObject()) headers[header.Name] = header.Value.GetString();
        return (Text("provider"), new Ask
        {
            Method = Text("method"), Path = Text("path"), Query = Text("query"), Lane = Text("lane"), Origin = Text("origin"),
            Headers = headers, Body = root.GetProperty("body").GetBytesFromBase64(), AtMs = root.GetProperty("at").GetInt64(),
        });
    }

    public void Dispose() => _file.Dispose();
}
