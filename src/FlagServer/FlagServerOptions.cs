using System.Net;
using System.Security.Cryptography;

namespace Busker.FlagServer;

/// <summary>What an operator may say about a flag server. The defaults are safe.</summary>
public sealed class FlagServerOptions
{
    /// <summary>The state: a BSK1 file or protobuf JSON. It is watched; replace it to change what is answered.</summary>
    public required string StatePath { get; init; }

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>HTTP/1.1 in clear text; 0 takes a free port.</summary>
    public int Port { get; init; } = 8016;

    /// <summary>Trusted signers by key id. Null: an unsigned state is accepted.</summary>
    public IReadOnlyDictionary<string, ECDsa>? Keys { get; init; }

    /// <summary>Signs the states and deltas that clients fetch. Null: a state is fetched as it lies in its file.</summary>
    public ECDsa? SigningKey { get; init; }

    /// <summary>What clients call that key.</summary>
    public string SigningKeyId { get; init; } = "";

    /// <summary>Browser origins that may ask; "*" is any. Another origin is refused with 403.</summary>
    public IReadOnlyList<string> Origins { get; init; } = ["*"];

    /// <summary>Under what address the world sees this server ("https://flags.example.com/x"); null: as it was asked.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>Requests a second each client may make, with bursts of as many; null: no limit. More get 429.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>How many may listen for changes at once. More get 429.</summary>
    public int StreamsMax { get; init; } = 20_000;

    /// <summary>Quiet streams say something this often, so that nobody between closes them.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often the state file is looked at.</summary>
    public TimeSpan WatchEvery { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>32 bytes that seal resolve tokens, the same on every server of the account; null: random, until this process ends.</summary>
    public byte[]? TokenKey { get; init; }

    /// <summary>Where exposures go, one batch a line: a file that is appended to, "-" for standard output, null for nowhere.</summary>
    public string? ExposurePath { get; init; }

    /// <summary>Exposures that wait to be written; what does not fit is dropped and counted.</summary>
    public int ExposureCapacity { get; init; } = 100_000;

    /// <summary>Told in one sentence each time a state is taken or refused.</summary>
    public Action<string>? Say { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
