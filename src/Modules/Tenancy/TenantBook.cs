using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;

namespace Busker.Tenancy;

/// <summary>A tenant just opened, with the secrets of its first keys: shown once, not kept.</summary>
public sealed record OpenedTenant(Id<TenantKind> Id, Guid TestScope, Guid LiveScope, string Secret);

/// <summary>The room's door for the host: opens tenants where there is nobody yet to call an RPC.</summary>
public sealed class TenantBook
{
    private readonly Db _db;

    internal TenantBook(Db db) => _db = db;

    /// <summary>Whether any tenant was ever opened on this database.</summary>
    public Task<bool> IsEmptyAsync(CancellationToken ct) =>
        _db.ReadAsync(async (tx, token) => (await TenantTable.ListAsync(tx, Guid.Empty, 1, token)).Count == 0, ct);

    /// <summary>Opens a tenant and one key; <paramref name="operate"/> makes it an operator's, which no RPC can.</summary>
    public Task<OpenedTenant> OpenAsync(string name, bool operate, CancellationToken ct) => _db.InTransactionAsync(async (tx, token) =>
    {
        var tenant = NewTenant(tx, name);
        await TenantTable.InsertAsync(tx, tenant, token);
        var (key, secret) = NewKey(tx, operate ? "operator" : "demo", KeyEnvironment.Test, operate ? Role.Operator : Role.Owner, 0, 0);
        await KeyTable.InsertAsync(tx, tenant.Id.Value, key, Secret.Hash(secret), token);
        var author = new Author(tenant.TestScope, key.Id.Value, "host", "start");
        await Audit.AppendAsync(tx, author, tenant.Id.ToString(), null, tenant.Audited(), token);
        await Audit.AppendAsync(tx, author, key.Id.ToString(), null, key.Audited(), token);
        return new OpenedTenant(tenant.Id, tenant.TestScope, tenant.LiveScope, secret);
    }, ct);

    internal static TenantTable.Row NewTenant(Tx tx, string name) => new(
        new Id<TenantKind>(Guid.CreateVersion7(tx.Now)), Guid.CreateVersion7(tx.Now), Guid.CreateVersion7(tx.Now), name.Trim(), tx.Now);

    internal static (KeyTable.Row Row, string Secret) NewKey(Tx tx, string name, KeyEnvironment environment, Role role, int rate, int burst)
    {
        var secret = Secret.New(environment);
        var row = new KeyTable.Row(
            new Id<KeyKind>(Guid.CreateVersion7(tx.Now)), name.Trim(), environment, role, Secret.Hint(secret),
            rate, burst == 0 ? (int)Math.Min(int.MaxValue, 2L * rate) : burst, tx.Now);
        return (row, secret);
    }
}
