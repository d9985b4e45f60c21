using System.Text;

namespace Busker.Simulator.PayPal;

/// <summary>One part of a multipart body.</summary>
internal sealed record Part(string Name, string? FileName, string Type, byte[] Content);

/// <summary>Reads multipart bodies: several documents, each with its name.</summary>
internal static class Parts
{
    public static List<Part> Of(byte[] body, string boundary)
    {
        var parts = new List<Part>();
        var mark = Encoding.UTF8.GetBytes("--" + boundary);
        var rest = body.AsSpan();
        for (var start = rest.IndexOf(mark); start >= 0;)
        {
            rest = rest[(start + mark.Length)..];
            if (rest.StartsWith("--"u8)) break;
            var head = rest.IndexOf("\r\n\r\n"u8);
            var end = rest.IndexOf(mark);
            if (head < 0 || end < head + 6) break;
            var headers = Encoding.UTF8.GetString(rest[..head]).Split("\r\n");
            var disposition = Array.Find(headers, h => h.StartsWith("Content-Disposition:", StringComparison.OrdinalIgnoreCase)) ?? "";
            var type = Array.Find(headers, h => h.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase))?[13..].Trim() ?? "text/plain";
            parts.Add(new Part(Quoted(disposition, " name=") ?? "", Quoted(disposition, " filename="), type, rest[(head + 4)..(end - 2)].ToArray()));
            start = end;
        }

        return parts;
    }

    /// <summary>JPEG, GIF, PNG and PDF by their first bytes; text by its name.</summary>
    public static bool Document(Part part) =>
        part.Content.AsSpan().StartsWith("%PDF"u8) || part.Content.AsSpan().StartsWith("GIF8"u8)
        || part.Content is [0xFF, 0xD8, 0xFF, ..] or [0x89, 0x50, 0x4E, 0x47, ..]
        || part.FileName?.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) == true;

    private static string? Quoted(string text, string key)
    {
        var at = text.IndexOf(key + "\"", StringComparison.Ordinal);
        if (at < 0) return null;
        var from = at + key.Length + 1;
        var to = text.IndexOf('"', from);
        return to < 0 ? null : text[from..to];
    }
}
