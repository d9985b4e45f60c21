using System.Text;

namespace Busker.Simulator.Core;

/// <summary>A reply. <paramref name="Subject"/> is the id of the thing it speaks of, for the journal and for stale reads.</summary>
internal sealed record Answer(int Status, byte[] Body, string ContentType = "application/json", string? Subject = null)
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public static Answer Text(int status, string text, string contentType) => new(status, Encoding.UTF8.GetBytes(text), contentType);

    public static Answer Html(string html) => Text(200, html, "text/html; charset=utf-8");

    public Answer With(string name, string value) => this with { Headers = [.. Headers, new(name, value)] };
}
