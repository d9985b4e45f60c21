using Busker.Entitlements.V1;
using Busker.Kernel;
using Busker.Rpc;
using Npgsql;

namespace Busker.Bench.Caps.Plain;

/// <summary>
/// What one would write first, and well: one transaction of one prepared statement that keeps the request id and moves the
/// counter if there is room. One round trip for each request.
/// </summary>
internal sealed class ConsumeCap(NpgsqlDataSource source) : IRpc<ConsumeCapRequest, ConsumeCapResponse>
{
    public const string Schema = """
        create schema plain;
        create table plain.request (tenant_id uuid, request_id text, used bigint, primary key (tenant_id, request_id));
        create table plain.counter (tenant_id uuid, listener_id text, feature text, used bigint not null, most bigint not null,
            primary key (tenant_id, listener_id, feature)) with (fillfactor = 70);
        """;

    private const string Consume = """
        with fresh as (insert into plain.request values ($1, $2, $5) on conflict do nothing returning 1)
        update plain.counter set used = used + $5
        where tenant_id = $1 and listener_id = $3 and feature = $4 and used + $5 <= most and exists (select from fresh)
        returning most - used
        """;

    public async Task<Result<ConsumeCapResponse>> HandleAsync(ConsumeCapRequest request, Call call, CancellationToken ct)
    {
        await using var command = source.CreateCommand(Consume);
        command.Parameters.Add(new() { Value = call.Scope });
        command.Parameters.Add(new() { Value = request.RequestId });
        command.Parameters.Add(new() { Value = request.ListenerId });
        command.Parameters.Add(new() { Value = request.Feature });
        command.Parameters.Add(new() { Value = request.Amount });
        return await command.ExecuteScalarAsync(ct) is long left
            ? new ConsumeCapResponse { Outcome = ConsumeCapResponse.Types.Outcome.Admitted, Consumed = request.Amount, Remaining = left }
            : new ConsumeCapResponse { Outcome = ConsumeCapResponse.Types.Outcome.Capped };
    }
}
