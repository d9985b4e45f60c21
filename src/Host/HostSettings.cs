using Busker.Rpc;

namespace Busker.Host;

/// <summary>What a process of the house does: answer calls, work in the background, or both. The same image serves all.</summary>
public enum HostRole
{
    All,
    Api,
    Worker,
}

/// <summary>One process of the house.</summary>
/// <param name="ConnectionString">PostgreSQL, 15 or newer.</param>
/// <param name="Ports">Where it listens; a worker answers probes there.</param>
public sealed record HostSettings(string ConnectionString, Ports Ports)
{
    public HostRole Role { get; init; } = HostRole.All;

    /// <summary>The built console; null or a folder that is not there serves none.</summary>
    public string? Console { get; init; }

    /// <summary>The directory of <c>engines/package.json</c>, for datasets; without it they are refused.</summary>
    public string? Engines { get; init; }

    /// <summary>Gives the time of rows, leases and windows.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How long calls and jobs under way may take once the host was asked to stop.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Browser origins beside its own that may call.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];
}
