using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;

namespace Busker.Tenancy;

/// <summary>Ends a key for good: at once on this host, on others within <see cref="KeyRing.TrustedFor"/>.</summary>
internal sealed class RevokeKey(Db db, KeyRing ring) : IRpc<RevokeKeyRequest, Key>
{
    public async Task<Result<Key>> HandleAsync(RevokeKeyRequest request, Call call, CancellationToken ct)
    {
        var id = Answers.KeyId(request.KeyId);
        if (id.Fault is { } fault) return fault;
        var once = await Idempotency.OnceAsync<Key>(db, call.Key, async (tx, token) =>
        {
            var before = await KeyTable.FindAsync(tx, call.Tenant, id.Value, token);
            if (before is null || !call.MayTouch(before)) return Answers.NoKey(request.KeyId);
            var after = (await KeyTable.RevokeAsync(tx, call.Tenant, id.Value, token))!;
            await Audit.AppendAsync(tx, call.Author, request.KeyId, before.Audited(), after.Audited(), token);
            return after.ToProto();
        }, ct);
        ring.Forget();
        return once.Told(call);
    }
}
