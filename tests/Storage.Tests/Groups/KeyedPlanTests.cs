using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Busker.Storage.Tests;

/// <summary>A statement that the group prepared while a table was empty still finds its rows by their keys when the table has grown.</summary>
public sealed partial class KeyedPlanTests
{
    [GeneratedRegex(@"actual rows=(\d+)")]
    private static partial Regex RowsRead();

    [Fact]
    public async Task A_stored_answer_is_found_by_its_key_with_a_plan_made_on_an_empty_table()
    {
        await using var room = await Room.OpenAsync();
        await using var connection = await room.Db.OpenGroupAsync(default);
        await DoAsync(connection, "vacuum analyze storage.request");
        await DoAsync(connection, $"prepare find (uuid[], uuid[]) as {RequestTable.Find}");
        const string Find = "execute find(array['00000000-0000-0000-0000-000000000000']::uuid[], array['00000000-0000-0000-0000-000000000000']::uuid[])";
        await DoAsync(connection, Find);
        await DoAsync(connection, "insert into storage.request select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now(), null, '' from generate_series(1, 20000)");
        var plan = await DoAsync(connection, $"explain (analyze, timing off, summary off) {Find}");
        RowsRead().Matches(plan).Max(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).ShouldBe(1, plan);
    }

    /// <summary>Runs a statement, and tells what it gave.</summary>
    private static async Task<string> DoAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync()) lines.Add($"{reader.GetValue(0)}");
        return string.Join('\n', lines);
    }
}
