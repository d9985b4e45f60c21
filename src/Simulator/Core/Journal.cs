using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Busker.Simulator.Core;

/// <summary>One request and what was done to it: a row, for there is one for every request that ever came.</summary>
internal record struct JournalEntry(
    string Lane, int Number, long AtMs, string Provider, string Method, string Path, string Query, string? Key, string Fault,
    int LatencyMs, int Status, string? Subject)
{
    /// <summary>CRC-32 of the bodies, once the reply is ready to leave.</summary>
    public uint Asked { get; set; }
    public uint Answered { get; set; }
}

/// <summary>Where a request stands in the journal: the how manieth it is, from one.</summary>
internal readonly record struct JournalLine(Roll<JournalEntry>.Place Place, int Ordinal);

/// <summary>
/// Every request with its injected faults, in order of arrival. The text form is one JSON object a line and a function
/// of seed, scenario and requests alone: <c>asked</c> and <c>answered</c> are CRC-32 of the bodies.
/// </summary>
internal sealed class Journal
{
    private const int Kept = 200;
    private readonly Roll<JournalEntry> _entries = new();
    private readonly (int Ordinal, Excerpt Asked, Excerpt Answered)[] _recent = new (int, Excerpt, Excerpt)[Kept];
    private readonly Lock _excerpts = new();

    public IReadOnlyList<JournalEntry> Entries => _entries;

    /// <summary>The last requests with the beginnings of their bodies, newest first, for reading by people.</summary>
    internal IEnumerable<(JournalEntry Entry, string Asked, string Answered)> Recent()
    {
        for (var ordinal = _entries.Count; ordinal > 0 && ordinal > _entries.Count - Kept; ordinal--)
        {
            var (asked, answered) = Excerpts(ordinal);
            yield return (_entries[ordinal - 1], asked, answered);
        }
    }

    internal JournalLine Add(in JournalEntry entry) => new(_entries.Add(entry), _entries.Count);

    /// <summary>What is known of a request when its reply is ready to leave. The one member that needs no gate, and a line of which there is one caller.</summary>
    internal void Complete(JournalLine line, ReadOnlySpan<byte> asked, ReadOnlySpan<byte> answered)
    {
        ref var entry = ref line.Place.Value;
        (entry.Asked, entry.Answered) = (Crc32.Of(asked), Crc32.Of(answered));
        lock (_excerpts)
        {
            ref var recent = ref _recent[line.Ordinal % Kept];
            if (recent.Ordinal > line.Ordinal) return;
            recent.Ordinal = line.Ordinal;
            recent.Asked.Take(asked);
            recent.Answered.Take(answered);
        }
    }

    private (string Asked, string Answered) Excerpts(int ordinal)
    {
        lock (_excerpts)
        {
            var recent = _recent[ordinal % Kept];
            return recent.Ordinal == ordinal ? (recent.Asked.Text, recent.Answered.Text) : ("", "");
        }
    }

    internal static void Write(Utf8JsonWriter json, in JournalEntry entry)
    {
        json.WriteStartObject();
        if (entry.Lane.Length > 0) json.WriteString("lane", entry.Lane);
        json.WriteNumber("n", entry.Number);
        json.WriteString("at", Stamp(entry.AtMs));
        json.WriteString("provider", entry.Provider);
        json.WriteString("method", entry.Method);
        json.WriteString("path", entry.Path + entry.Query);
        if (entry.Key is not null) json.WriteString("key", entry.Key);
        if (entry.Fault.Length > 0) json.WriteString("fault", entry.Fault);
        if (entry.LatencyMs > 0) json.WriteNumber("latency_ms", entry.LatencyMs);
        json.WriteNumber("status", entry.Status);
        if (entry.Subject is not null) json.WriteString("subject", entry.Subject);
        json.WriteString("asked", entry.Asked.ToString("x8", CultureInfo.InvariantCulture));
        json.WriteString("answered", entry.Answered.ToString("x8", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    /// <summary>The journal as text; <paramref name="byLane"/> sorts concurrent lanes apart, <paramref name="keep"/> leaves entries out.</summary>
    public byte[] Text(bool byLane = false, Func<JournalEntry, bool>? keep = null)
    {
        using var buffer = new MemoryStream();
        using var json = new Utf8JsonWriter(buffer);
        IEnumerable<JournalEntry> entries = byLane
            ? _entries.OrderBy(e => e.Lane, StringComparer.Ordinal).ThenBy(e => e.Number)
            : _entries;
        if (keep is not null) entries = entries.Where(keep);
        foreach (var entry in entries)
        {
            Write(json, entry);
            json.Flush();
            json.Reset();
            buffer.WriteByte((byte)'\n');
        }

        return buffer.ToArray();
    }

    internal static string Stamp(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The beginning of a body, in a place that is used again: keeping the bodies themselves would carry each of them into the old generations.</summary>
    private struct Excerpt
    {
        private const int Most = 1_000;
        private byte[]? _bytes;
        private int _length;

        public readonly string Text => _bytes is null ? "" : Encoding.UTF8.GetString(_bytes, 0, _length);

        public void Take(ReadOnlySpan<byte> body)
        {
            _length = Math.Min(body.Length, Most);
            body[.._length].CopyTo(_bytes ??= new byte[Most]);
        }
    }
}
