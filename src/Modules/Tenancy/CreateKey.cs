using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;

namespace Busker.Tenancy;

/// <summary>
/// Makes a key of the caller's tenant.
/// <list type="bullet">
/// <item>The secret leaves in this answer only; what is stored, also of the answer, is without it.</item>
/// <item>No key makes one that may do more than itself, and a test key makes test keys only.</item>
/// </list>
/// </summary>
internal sealed class CreateKey(Db db, Roles roles) : IRpc<CreateKeyRequest, KeyWithSecret>
{
    private const int RateMax = 1_000_000;

    public async Task<Result<KeyWithSecret>> HandleAsync(CreateKeyRequest request, Call call, CancellationToken ct)
    {
        if (Check(request) is { } fault) return fault;
        if (!roles.MayGive(call.Principal.Permissions, request.Role)) return Answers.RoleTooHigh;
        var environment = (KeyEnvironment)request.Environment;
        if (environment == KeyEnvironment.Live && call.Environment != KeyEnvironment.Live) return LiveFromTest;

        var shown = "";
        var once = await Idempotency.OnceAsync<KeyWithSecret>(db, call.Key, async (tx, token) =>
        {
            (var key, shown) = TenantBook.NewKey(tx, request.Name, environment, request.Role, request.RatePerSecond, request.RateBurst);
            await KeyTable.InsertAsync(tx, call.Tenant, key, Secret.Hash(shown), token);
            await Audit.AppendAsync(tx, call.Author, key.Id.ToString(), null, key.Audited(), token);
            return new KeyWithSecret { Key = key.ToProto() };
        }, ct);
        var told = once.Told(call);
        if (told.Fault is null && !call.Replayed) told.Value.Secret = shown;
        return told;
    }

    private static Fault? Check(CreateKeyRequest request) => request switch
    {
        _ when Answers.CheckName(request.Name) is { } wrong => wrong,
        { Environment: not (V1.Environment.Test or V1.Environment.Live) } => Fault.Invalid("environment", "ENVIRONMENT_TEST or ENVIRONMENT_LIVE."),
        _ when Answers.CheckRole(request.Role) is { } wrong => wrong,
        { RatePerSecond: < 0 or > RateMax } => Fault.Invalid("rate_per_second", $"0 to {RateMax}; 0 means no limit."),
        { RateBurst: < 0 or > RateMax } => Fault.Invalid("rate_burst", $"0 to {RateMax}; 0 means twice the rate."),
        { RatePerSecond: 0, RateBurst: > 0 } => Fault.Invalid("rate_burst", "Means nothing without rate_per_second."),
        _ => null,
    };

    private static readonly Fault LiveFromTest =
        new(Code.PermissionDenied, "LIVE_KEY_NEEDS_LIVE_KEY", "A test key makes test keys only; use a live key.", "environment");
}
