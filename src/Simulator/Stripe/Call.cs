using System.Security.Cryptography;
using System.Text;
using Busker.Simulator.Core;

namespace Busker.Simulator.Stripe;

/// <summary>One request inside the Stripe simulator: what it says, worked out before the gate, and what is wrong with that.</summary>
internal sealed class Call(Ask ask, Form form, string? version)
{
    public Ask Ask { get; } = ask;
    public Form Form { get; } = form;

    /// <summary>The API version asked for: its date decides some shapes.</summary>
    public string Version { get; } = version ?? Sandbox.ApiVersion;

    public string Id => Ask.Values[0];

    /// <summary>What <see cref="RequestId"/> is written from, once it has begun.</summary>
    public Mint Request { get; private set; }

    public string RequestId => field ??= RequestIdOf(Request);

    /// <summary>The headers of its reply.</summary>
    public KeyValuePair<string, string>[] Named => [new("Request-Id", RequestId), new("Stripe-Version", Version)];

    public string? IdempotencyKey { get; } = ask.Header("Idempotency-Key");

    /// <summary>The key, of requests that are answered once for each.</summary>
    public string? Key => Ask.Method == "POST" ? IdempotencyKey : null;

    /// <summary>The same for requests that a key may be used again for.</summary>
    public UInt128 Print { get; private init; }

    /// <summary>Why it is not admitted, or null.</summary>
    public StripeError? Stopped { get; private init; }

    /// <summary>Why its parameters are refused, or null.</summary>
    public StripeError? Refused { get; private set; }

    public Expand? Expand { get; private set; }

    /// <summary>What an endpoint with these parameters is told by the request.</summary>
    public static Call Of(Ask ask, StripeError? stopped, Parameters? known, Expandable? expandable)
    {
        var version = VersionOf(ask, ref stopped);
        var form = Form.Of(ask);
        var call = new Call(ask, form, version) { Stopped = stopped, Print = ask.Headers.ContainsKey("Idempotency-Key") ? Fingerprint(ask) : default };
        if (stopped is null) call.Check(known, expandable);
        return call;
    }

    public static string RequestIdOf(Mint request) => request.Text("req_", 14);

    /// <summary>It is this request's turn: its id is the first that is made.</summary>
    public Call Begin()
    {
        Request = Ask.Mint();
        return this;
    }

    private void Check(Parameters? known, Expandable? expandable)
    {
        try
        {
            known?.Check(Form);
            if (Form.List("expand") is not { Length: > 0 } paths) return;
            Expand = Expand.Of(paths);
            if (Expand is not null) expandable?.Check(Expand);
        }
        catch (StripeError refused)
        {
            Refused = refused;
        }
    }

    private static string? VersionOf(Ask ask, ref StripeError? stopped)
    {
        var text = ask.Header("Stripe-Version");
        if (text is null) return null;
        if (text.Length >= 10 && DateOnly.TryParseExact(text.AsSpan(0, 10), "yyyy-MM-dd", out _) && string.CompareOrdinal(text, "2011-01-01") > 0) return text;
        stopped ??= StripeError.Invalid($"Invalid Stripe API version: {text}", null);
        return null;
    }

    private static UInt128 Fingerprint(Ask ask)
    {
        Span<byte> hash = stackalloc byte[32];
        byte[] all = [.. Encoding.UTF8.GetBytes(ask.Path + ask.Query), .. ask.Body];
        SHA256.HashData(all, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
