using Google.Protobuf;
using NpgsqlTypes;

namespace Busker.Storage;

/// <summary>Facts other rooms may learn of. Written in the same transaction as the state they describe.</summary>
public static class Outbox
{
    public static async Task AppendAsync(Tx tx, IMessage fact, CancellationToken ct)
    {
        await using var command = tx.Command(
            "insert into storage.outbox (kind, body) values ($1, $2)",
            fact.Descriptor.FullName, fact.ToByteArray());
        await command.ExecuteNonQueryAsync(ct);
    }
}
