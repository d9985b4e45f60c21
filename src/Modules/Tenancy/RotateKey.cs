using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;

namespace Busker.Tenancy;

/// <summary>A new secret for a key; the one before works until the grace is over, the one before that ends now.</summary>
internal sealed class RotateKey(Db db, KeyRing ring) : IRpc<RotateKeyRequest, KeyWithSecret>
{
    private const int GraceMax = 7 * 24 * 3600;

    public async Task<Result<KeyWithSecret>> HandleAsync(RotateKeyRequest request, Call call, CancellationToken ct)
    {
        var id = Answers.KeyId(request.KeyId);
        if (id.Fault is { } fault) return fault;
        if (request.GraceSeconds is < 0 or > GraceMax) return Fault.Invalid("grace_seconds", $"0 to {GraceMax}.");

        var shown = "";
        var once = await Idempotency.OnceAsync<KeyWithSecret>(db, call.Key, async (tx, token) =>
        {
            var before = await KeyTable.FindAsync(tx, call.Tenant, id.Value, token);
            if (before is null || !call.MayTouch(before)) return Answers.NoKey(request.KeyId);
            shown = Secret.New(before.Environment);
            var until = tx.Now.AddSeconds(request.GraceSeconds);
            var after = await KeyTable.RotateAsync(tx, call.Tenant, id.Value, Secret.Hint(shown), Secret.Hash(shown), until, token);
            if (after is null) return Answers.NoKey(request.KeyId);
            await Audit.AppendAsync(tx, call.Author, request.KeyId, before.Audited(), after.Audited(), token);
            return new KeyWithSecret { Key = after.ToProto() };
        }, ct);
        ring.Forget();
        var told = once.Told(call);
        if (told.Fault is null && !call.Replayed) told.Value.Secret = shown;
        return told;
    }
}
