using Busker.Kernel;
using Busker.Rpc.Wire;

namespace Busker.Rpc;

/// <summary>Who may pass: a known key, with the method's permission, within its rate.</summary>
internal sealed class Admission(Authenticate authenticate, TokenBuckets buckets)
{
    private const string Scheme = "Bearer ";

    /// <summary>Sets the exchange's principal. Returns why the call may not pass, or null.</summary>
    public async ValueTask<Fault?> AdmitAsync(Exchange x)
    {
        if (x.TimeoutIsUnreadable) return BadTimeout with { Field = x.Dialect.TimeoutHeader };
        if (x.Method.Rule is not { } rule) return null;
        var header = x.Http.Request.Headers.Authorization;
        if (header is not [{ } value] || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return NoCredentials;

        var principal = await authenticate(value[Scheme.Length..].Trim(), x.Ct);
        if (principal.Fault is { } unknown) return unknown;
        x.Principal = principal.Value;

        var wait = buckets.Take(x.Principal.KeyId, x.Principal.Limit, 1);
        if (wait > TimeSpan.Zero) return RateLimited with { RetryAfter = wait };
        return x.Principal.Permissions.Contains(rule.Permission) ? null : Missing(rule.Permission);
    }

    /// <summary>Counts the parts of a call beyond the first. Returns why it may not pass, or null.</summary>
    public Fault? AdmitParts(Principal principal, int parts)
    {
        if (parts <= 1) return null;
        var wait = buckets.Take(principal.KeyId, principal.Limit, parts - 1);
        if (wait == TimeSpan.Zero) return null;
        buckets.GiveBack(principal.KeyId);
        return RateLimited with { RetryAfter = wait };
    }

    private static Fault Missing(string permission) => new(Code.PermissionDenied, "PERMISSION_MISSING",
        $"This key lacks the permission {permission}.")
    {
        Details = new Dictionary<string, string> { ["permission"] = permission },
    };

    private static readonly Fault NoCredentials = new(Code.Unauthenticated, "CREDENTIALS_MISSING",
        "Send the API key as 'Authorization: Bearer <key>'.");

    private static readonly Fault RateLimited = new(Code.ResourceExhausted, "RATE_LIMITED",
        "This key calls faster than its limit; wait as the answer says.");

    private static readonly Fault BadTimeout = new(Code.InvalidArgument, "TIMEOUT_INVALID",
        "The timeout header is not a number with a unit, as its protocol asks.");
}
