using System.Buffers;
using System.Text;

namespace Busker.Simulator.Core;

/// <summary>A reply. <paramref name="Subject"/> is the id of the thing it speaks of, for the journal and for stale reads.</summary>
internal record Answer(int Status, ReadOnlyMemory<byte> Body, string ContentType = "application/json", string? Subject = null)
{
    public KeyValuePair<string, string>[] Headers { get; init; } = [];

    /// <summary>What the body is written in when it is only lent: somebody else writes there once this reply has left.</summary>
    private byte[]? Lent { get; init; }

    public static Answer Text(int status, string text, string contentType) => new(status, Encoding.UTF8.GetBytes(text), contentType);

    public static Answer Html(string html) => Text(200, html, "text/html; charset=utf-8");

    /// <summary>With a copy of the body in memory that is used again after <see cref="Gone"/>; who stores it stores <see cref="Kept"/>.</summary>
    public static Answer Lending(ReadOnlySpan<byte> body, string? subject, params KeyValuePair<string, string>[] headers)
    {
        var lent = ArrayPool<byte>.Shared.Rent(body.Length);
        body.CopyTo(lent);
        return new Answer(200, lent.AsMemory(0, body.Length), Subject: subject) { Headers = headers, Lent = lent };
    }

    /// <summary>With its body: one that is written when the gate is free again has none before.</summary>
    public virtual Answer Written() => this;

    public Answer With(string name, string value) => this with { Headers = [.. Headers, new(name, value)] };

    /// <summary>The same with a body of its own.</summary>
    public Answer Kept() => Lent is null ? this : this with { Body = Body.ToArray(), Lent = null };

    /// <summary>It has left, and nobody reads it again: call it once at most.</summary>
    public void Gone()
    {
        if (Lent is not null) ArrayPool<byte>.Shared.Return(Lent);
    }
}
