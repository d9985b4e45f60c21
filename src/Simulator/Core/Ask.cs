using System.Text;
using Microsoft.AspNetCore.Http;

namespace Busker.Simulator.Core;

/// <summary>One request as a provider sees it, with its place in the run.</summary>
internal sealed class Ask
{
    public required string Method { get; init; }

    /// <summary>Decoded, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>With the question mark, or empty.</summary>
    public required string Query { get; init; }

    public required IHeaderDictionary Headers { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>Address the client used, such as http://127.0.0.1:12111; from the Host header unless it is given.</summary>
    public string Origin
    {
        get => field ??= "http://" + (Headers.Host.ToString() is { Length: > 0 } host ? host : "127.0.0.1");
        init;
    }

    /// <summary>Header <c>Sim-Lane</c>: requests of one lane are numbered among themselves, so concurrent lanes stay reproducible.</summary>
    public string Lane { get; init; } = "";

    /// <summary>The request's number within its lane, from 1.</summary>
    public int Number { get; internal set; }

    public long AtMs { get; internal set; }

    public Endpoint? Endpoint { get; internal set; }

    /// <summary>The values of the template's <c>{…}</c>, in order.</summary>
    public string[] Values { get; internal set; } = [];

    /// <summary>What the provider worked out of it before the gate.</summary>
    public object? Parsed { get; internal set; }

    /// <summary>No rule of the fault language may look at its reply, which can be written after the gate.</summary>
    public bool Unwatched { get; internal set; }

    public ulong Seed { get; internal set; }

    internal Cause? Cause { get; set; }

    /// <summary>Webhooks this request caused: they leave after its reply.</summary>
    internal List<Action>? AfterReply { get; set; }

    /// <summary>Some of its webhooks were told to arrive before its reply.</summary>
    internal bool EarlyWebhooks { get; set; }

    public string BodyText => Encoding.UTF8.GetString(Body);

    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>A random stream of this request's own.</summary>
    public Draw Draw(string purpose) => Core.Draw.Of(Seed + ((ulong)Number << 24), Lane, purpose);

    /// <summary>A new id, the same in every run with the same seed: prefix + letters and digits.</summary>
    public string NewId(string prefix, int length = 24) => Mint().Text(prefix, length);

    /// <summary>What the next new id is written from.</summary>
    internal Mint Mint() => (Cause ??= Cause.Of(Lane, Draw("id"))).Mint();
}
