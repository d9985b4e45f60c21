using System.Collections.Concurrent;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Tenancy;

/// <summary>
/// The room's door for the edge: tells who a secret belongs to. Answers from memory for <see cref="TrustedFor"/>; a
/// revocation or rotation on this host empties it at once, one on another host within that time. Unknown secrets are
/// remembered as long, so guessing does not reach the database twice.
/// </summary>
public sealed class KeyRing
{
    /// <summary>The longest a host may go on trusting a key that another host revoked.</summary>
    public static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(2);

    private const int RememberedMax = 50_000;

    private readonly Db _db;
    private readonly Roles _roles;
    private readonly ConcurrentDictionary<UInt128, Known> _known = new();
    private readonly ConcurrentDictionary<(Guid Tenant, Guid Key), DateTimeOffset> _uses = new();
    private long _generation;

    internal KeyRing(Db db, Roles roles) => (_db, _roles) = (db, roles);

    private sealed record Known(Principal? Principal, long Until, long Generation);

    /// <summary>The <see cref="Authenticate"/> of this house.</summary>
    public ValueTask<Result<Principal>> AuthenticateAsync(string secret, CancellationToken ct)
    {
        if (secret.Length is < 16 or > 128) return ValueTask.FromResult<Result<Principal>>(Unknown);
        var hash = Secret.Hash(secret);
        var name = BitConverter.ToUInt128(hash);
        return _known.TryGetValue(name, out var known) && known.Until > _db.Clock.GetTimestamp() && known.Generation == Volatile.Read(ref _generation)
            ? ValueTask.FromResult(Told(known))
            : new ValueTask<Result<Principal>>(LoadAsync(name, hash, ct));
    }

    private async Task<Result<Principal>> LoadAsync(UInt128 name, byte[] hash, CancellationToken ct)
    {
        var generation = Volatile.Read(ref _generation);
        var opened = await _db.ReadAsync((tx, token) => KeyTable.OpenAsync(tx, hash, token), ct);
        var trusted = TrustedFor;
        if (opened is { ByPrevious: true, Key.PreviousUntil: { } end } && end - _db.Clock.GetUtcNow() < trusted) trusted = end - _db.Clock.GetUtcNow();
        if (_known.Count >= RememberedMax) _known.Clear();
        var known = new Known(opened is null ? null : Of(opened), _db.Clock.GetTimestamp() + (long)(trusted.TotalSeconds * _db.Clock.TimestampFrequency), generation);
        _known[name] = known;
        return Told(known);
    }

    private Result<Principal> Told(Known known)
    {
        if (known.Principal is not { } principal) return Unknown;
        _uses[(principal.TenantId, principal.KeyId)] = _db.Clock.GetUtcNow();
        return principal;
    }

    private Principal Of(KeyTable.Opened opened) => new(
        opened.Key.Id.Value, opened.Tenant, opened.Key.Environment == KeyEnvironment.Live ? opened.LiveScope : opened.TestScope,
        opened.Key.Environment, _roles.PermissionsOf(opened.Key.Role),
        opened.Key.RatePerSecond == 0 ? RateLimit.None : new RateLimit(opened.Key.RatePerSecond, opened.Key.RateBurst));

    /// <summary>Forgets every key of this host; the next use of each asks the database. Called after each change of a key.</summary>
    internal void Forget()
    {
        Interlocked.Increment(ref _generation);
        _known.Clear();
    }

    /// <summary>Writes when keys were last used, in one statement. Called about once a minute and when the host stops.</summary>
    public async Task NoteUsesAsync(CancellationToken ct)
    {
        var uses = _uses.Keys.Order().Select(k => _uses.TryRemove(k, out var at) ? (k.Tenant, k.Key, at) : default).Where(u => u.Key != default).ToList();
        if (uses.Count == 0) return;
        await _db.InTransactionAsync(async (tx, token) =>
        {
            await KeyTable.TouchAsync(tx, uses, token);
            return uses.Count;
        }, ct);
    }

    private static readonly Fault Unknown = new(Code.Unauthenticated, "KEY_UNKNOWN", "This API key is not known, or it was revoked.");
}
