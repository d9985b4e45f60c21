using Busker.Kernel;
using Google.Protobuf;
using Npgsql;

namespace Busker.Storage;

/// <summary>
/// One try at committing a list of units in one transaction. Nobody hears anything before the commit is durable:
/// outcomes are collected here and told by <see cref="Deliver"/>.
/// <para>
/// A trusting try takes for granted what is nearly always so: rows are as remembered, and no request is a repeat. It looks at
/// neither beforehand, and commits in one round trip; where it was wrong, a guard or a unique key fails it, and the next try
/// looks first.
/// </para>
/// </summary>
internal sealed class GroupBatch<TUnit, TAnswer>(
    Db db, GroupPlan<TUnit, TAnswer> plan, IReadOnlyList<Pending<TUnit, TAnswer>> units, bool trusting)
    where TAnswer : class, IMessage<TAnswer>, new()
{
    private readonly List<(Pending<TUnit, TAnswer> Unit, Result<Once<TAnswer>> Outcome)> _settled = [];
    private readonly List<(Pending<TUnit, TAnswer> Unit, Exception Bug)> _bugs = [];
    private Tx? _tx;

    /// <summary>
    /// The transaction's id, by which its fate can be asked for after a lost connection. 0 in a trusting try, where every unit
    /// has a request key: then another try finds the answers, or does the work.
    /// </summary>
    public ulong TransactionId { get; private set; }

    /// <summary>COMMIT was sent: a failure from here on does not say what happened.</summary>
    public bool Committing { get; private set; }

    public async Task CommitAsync()
    {
        await using var connection = await db.OpenGroupAsync(CancellationToken.None);
        await using var transaction = await connection.BeginTransactionAsync();
        _tx = new Tx(connection, transaction, db.Clock.GetUtcNow()) { Trusting = trusting };
        var blind = trusting && units.All(u => u.Key is not null);
        var fresh = blind ? [.. units] : Fresh(await BeginAsync(_tx), _tx.Now);
        if (fresh.Count > 0)
        {
            var outcomes = await plan.ApplyAsync(_tx, fresh.ConvertAll(p => p.Unit), CancellationToken.None);
            if (outcomes.Count != fresh.Count)
                throw new InvariantException($"{plan.Name} gave {outcomes.Count} outcomes for {fresh.Count} units");
            if (blind) await DoubtAsync(_tx, fresh, outcomes);
            Keep(_tx, fresh, outcomes);
        }

        Committing = true;
        await _tx.CommitAsync();
    }

    /// <summary>Tells every caller its outcome. Only after the commit is known to be durable.</summary>
    public void Deliver()
    {
        _tx!.Committed();
        db.Wake(_tx);
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

    /// <summary>What keeps no row meets no unique key: whether it is a repeat of something done has to be looked up.</summary>
    private static async Task DoubtAsync(Tx tx, List<Pending<TUnit, TAnswer>> fresh, IReadOnlyList<Outcome<TAnswer>> outcomes)
    {
        var doubtful = fresh.Where((_, i) => outcomes[i].Bug is not null || outcomes[i].Answer.Fault is not null).ToList();
        if (doubtful.Count == 0) return;
        var known = await RequestTable.FindAsync(tx, [.. doubtful.Select(p => p.Key!.Scope)], [.. doubtful.Select(p => p.Name)], CancellationToken.None);
        if (known.Count > 0) throw new StaleReadException("a request that was refused is a repeat of one that was done");
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
