using Busker.Storage;

namespace Busker.Host;

/// <summary>Whether the database answers; asked by <c>/readyz</c>.</summary>
internal sealed class DatabaseProbe(Db db)
{
    public async ValueTask<string?> CheckAsync(CancellationToken ct)
    {
        try
        {
            await db.ReadAsync((tx, token) => tx.ExecuteAsync("select 1", [], token), ct);
            return null;
        }
        catch (DatabaseUnavailableException)
        {
            return "The database does not answer.";
        }
    }
}
