using System.Collections.Frozen;
using Busker.Kernel;

namespace Busker.Rpc;

/// <summary>Which of a tenant's two worlds a key opens. They share nothing: each has its own scope.</summary>
public enum KeyEnvironment
{
    Test = 1,
    Live = 2,
}

/// <summary>Token bucket of one key: <paramref name="PerSecond"/> calls sustained, <paramref name="Burst"/> at once.</summary>
public readonly record struct RateLimit(double PerSecond, int Burst)
{
    public static readonly RateLimit None = new(double.PositiveInfinity, int.MaxValue);
}

/// <summary>Who calls: one API key of one tenant in one environment, with what it may do.</summary>
/// <param name="KeyId">The key's own id; stays the same when its secret is rotated.</param>
/// <param name="TenantId">The tenant, in both environments.</param>
/// <param name="Scope">The tenant's test or live scope: the <c>tenant_id</c> of every row this key can reach.</param>
/// <param name="Permissions">Exact names, as written in the protos (<c>catalog.read</c>).</param>
public sealed record Principal(
    Guid KeyId, Guid TenantId, Guid Scope, KeyEnvironment Environment, FrozenSet<string> Permissions, RateLimit Limit);

/// <summary>
/// Turns the secret of an <c>Authorization: Bearer</c> header into its principal, or into a fault
/// (UNAUTHENTICATED unknown or revoked; UNAVAILABLE when it cannot be told now). Called for every request: must be
/// quick, and is expected to answer from memory.
/// </summary>
public delegate ValueTask<Result<Principal>> Authenticate(string key, CancellationToken ct);
