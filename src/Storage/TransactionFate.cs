using System.Globalization;
using Npgsql;

namespace Busker.Storage;

/// <summary>What became of a transaction whose COMMIT was sent and whose answer was lost: the server that comes back knows.</summary>
internal static class TransactionFate
{
    /// <param name="open">gives a connection; throws while the server is away</param>
    /// <param name="forget">drops connections that broke</param>
    /// <param name="transaction">its id</param>
    /// <param name="patience">how long to go on asking</param>
    /// <param name="clock">measures the patience</param>
    /// <returns>True: committed. False: rolled back. Null: the server stayed away, or has forgotten.</returns>
    public static async Task<bool?> AskAsync(
        Func<ValueTask<NpgsqlConnection>> open, Action forget, ulong transaction, TimeSpan patience, TimeProvider clock)
    {
        var began = clock.GetTimestamp();
        for (var attempt = 1; clock.GetElapsedTime(began) < patience; attempt++)
        {
            try
            {
                await using var connection = await open();
                await using var command = new NpgsqlCommand("select pg_xact_status($1::text::xid8)", connection)
                {
                    Parameters = { new() { Value = transaction.ToString(CultureInfo.InvariantCulture) } },
                };
                switch (await command.ExecuteScalarAsync())
                {
                    case "committed": return true;
                    case "aborted": return false;
                }
            }
            catch (NpgsqlException e) when (e.Trouble() is Trouble.Lost or Trouble.Refused)
            {
                forget(); // not back yet
            }

            await Task.Delay(Backoff.After(attempt, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(250)));
        }

        return null;
    }
}
