namespace Busker.Storage;

/// <summary>What the storage itself does now and then: forgets what is kept long enough.</summary>
public static class HouseJobs
{
    private const int Chunk = 5_000;

    public static IReadOnlyList<JobKind> All(Db db) =>
    [
        Sweep(db, "storage.expire_requests", Idempotency.ExpireAsync),
        Sweep(db, "storage.expire_facts", Outbox.ExpireAsync),
        Sweep(db, "storage.expire_inbox", Inbox.ExpireAsync),
    ];

    private static JobKind Sweep(Db db, string name, Func<Tx, int, CancellationToken, Task<int>> expireAsync) => new(
        name,
        async (_, ct) =>
        {
            while (await db.InTransactionAsync((tx, token) => expireAsync(tx, Chunk, token), ct) == Chunk)
                ct.ThrowIfCancellationRequested();
        })
    {
        Every = TimeSpan.FromMinutes(10),
    };
}
