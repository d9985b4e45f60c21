using Busker.Kernel;
using Google.Protobuf;
using Npgsql;

namespace Busker.Storage;

/// <summary>
/// One try at committing a list of units in one transaction. Nobody hears anything before the commit is durable:
/// outcomes are collected here and told by <see cref="Deliver"/>.
/// </summary>
internal sealed class GroupBatch<TUnit, TAnswer>(Db db, GroupPlan<TUnit, TAnswer> plan, IReadOnlyList<Pending<TUnit, TAnswer>> units)
    where TAnswer : class, IMessage<TAnswer>, new()
{
    private readonly List<(Pending<TUnit, TAnswer> Unit, Result<Once<TAnswer>> Outcome)> _settled = [];
    private readonly List<(Pending<TUnit, TAnswer> Unit, Exception Bug)> _bugs = [];
    private Tx? _tx;

    /// <summary>The transaction's id, by which its fate can be asked for after a lost connection.</summary>
    public ulong TransactionId { get; private set; }

    /// <summary>COMMIT was sent: a failure from here on does not say what happened.</summary>
    public bool Committing { get; private set; }

    public async Task CommitAsync()
    {
        await using var connection = await db.OpenGroupAsync(CancellationToken.None);
        await using var transaction = await connection.BeginTransactionAsync();
        _tx = new Tx(connection, transaction, db.Clock.GetUtcNow());
        var stored = await BeginAsync(_tx);
        var fresh = Fresh(stored, _tx.Now);
        if (fresh.Count > 0)
        {
            var outcomes = await plan.ApplyAsync(_tx, fresh.ConvertAll(p => p.Unit), CancellationToken.None);
            if (outcomes.Count != fresh.Count)
                throw new InvariantException($"{plan.Name} gave {outcomes.Count} outcomes for {fresh.Count} units");
            Keep(_tx, fresh, outcomes);
        }

        Committing = true;
        await _tx.CommitAsync();
    }

    /// <summary>Tells every caller its outcome. Only after the commit is known to be durable.</summary>
    public void Deliver()
    {
        db.Wake(_tx!);
        foreach (var (unit, outcome) in _settled) unit.Settle(outcome);
        foreach (var (unit, bug) in _bugs) unit.Fail(bug);
    }

    /// <summary>One round trip: the transaction's id, and the first answers of requests already made.</summary>
    private async Task<Dictionary<(Guid, Guid), RequestTable.Row>> BeginAsync(Tx tx)
    {
        var keyed = units.Where(p => p.Key is not null).ToList();
        (TransactionId, var rows) = await RequestTable.BeginAsync(
            tx, keyed.Select(p => p.Key!.Scope).ToArray(), keyed.Select(p => p.Name).ToArray());
        return rows.ToDictionary(r => (r.Scope, r.Name));
    }

    private List<Pending<TUnit, TAnswer>> Fresh(Dictionary<(Guid, Guid), RequestTable.Row> stored, DateTimeOffset now)
    {
        var fresh = new List<Pending<TUnit, TAnswer>>(units.Count);
        foreach (var unit in units)
        {
            if (unit.Key is not null && stored.TryGetValue((unit.Key.Scope, unit.Name), out var row)
                && Idempotency.Judge<TAnswer>(row, unit.Print, now) is { } known)
                _settled.Add((unit, known));
            else fresh.Add(unit);
        }

        return fresh;
    }

    private void Keep(Tx tx, List<Pending<TUnit, TAnswer>> fresh, IReadOnlyList<Outcome<TAnswer>> outcomes)
    {
        var facts = new List<NewFact>();
        var answers = new List<RequestTable.Row>(fresh.Count);
        for (var i = 0; i < fresh.Count; i++)
        {
            var (unit, outcome) = (fresh[i], outcomes[i]);
            if (outcome.Bug is { } bug) _bugs.Add((unit, bug));
            else if (outcome.Answer.Fault is { } fault) _settled.Add((unit, fault));
            else
            {
                var answer = outcome.Answer.Value;
                _settled.Add((unit, new Once<TAnswer>(answer, Replayed: false)));
                if (outcome.Facts is { Count: > 0 } told) facts.AddRange(told);
                if (unit.Key is { } key) answers.Add(new(key.Scope, unit.Name, unit.Print, answer.ToByteArray()));
            }
        }

        Outbox.Queue(tx, facts);
        if (answers.Count == 0) return;
        answers.Sort((a, b) => (a.Scope, a.Name).CompareTo((b.Scope, b.Name)));
        RequestTable.QueueInsert(tx, answers);
    }
}
