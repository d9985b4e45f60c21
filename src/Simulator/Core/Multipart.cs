using System.Net.Http.Headers;
using System.Text;

namespace Busker.Simulator.Core;

/// <summary>One part of a multipart body; a document has the name of a file.</summary>
internal sealed record Part(string Name, string? FileName, string Type, byte[] Content);

/// <summary>Reads multipart/form-data: fields and documents, each with its name, in quotes or without.</summary>
internal static class Multipart
{
    /// <summary>The parts of a body; null when its type names no boundary.</summary>
    public static List<Part>? Read(Ask ask)
    {
        var type = ask.Header("Content-Type") ?? "";
        var at = type.IndexOf("boundary=", StringComparison.OrdinalIgnoreCase);
        if (at < 0) return null;
        var parts = new List<Part>();
        var mark = Encoding.UTF8.GetBytes("--" + type[(at + 9)..].Split(';')[0].Trim().Trim('"'));
        var rest = ask.Body.AsSpan();
        for (var start = rest.IndexOf(mark); start >= 0;)
        {
            rest = rest[(start + mark.Length)..];
            if (rest.StartsWith("--"u8)) break;
            var head = rest.IndexOf("\r\n\r\n"u8);
            var end = rest.IndexOf(mark);
            if (head < 0 || end < head + 6) break;
            if (One(Encoding.UTF8.GetString(rest[..head]).Split("\r\n"), rest[(head + 4)..(end - 2)]) is { } part) parts.Add(part);
            start = end;
        }

        return parts;
    }

    private static Part? One(string[] headers, ReadOnlySpan<byte> content)
    {
        string? Header(string name) => Array.Find(headers, h => h.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
        if (!ContentDispositionHeaderValue.TryParse(Header("Content-Disposition"), out var disposition) || disposition.Name is not { } name) return null;
        return new Part(name.Trim('"'), (disposition.FileNameStar ?? disposition.FileName)?.Trim('"'), Header("Content-Type") ?? "text/plain", content.ToArray());
    }
}
