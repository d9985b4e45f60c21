using Busker.Experiments.V1;
using Busker.Flags.Resolving;

namespace Busker.Flags;

/// <summary>
/// Several flags for one caller. While <see cref="Needed"/> is not empty, read those records and call
/// <see cref="Resume"/>; flags that have their answer keep it.
/// </summary>
public sealed class Batch
{
    private readonly FlagBook _book;
    private readonly CompiledFlag[] _flags;
    private readonly Answer[] _answers;
    private readonly StickyMemory _sticky;

    internal Batch(FlagBook book, CompiledFlag[] flags, EvaluationContext context, Caller caller, StickyMemory sticky)
    {
        (_book, _flags, Context, Caller, _sticky) = (book, flags, context, caller, sticky);
        _answers = new Answer[flags.Length];
        Run();
    }

    public EvaluationContext Context { get; }

    public Caller Caller { get; }

    public IReadOnlyList<Answer> Answers => _answers;

    /// <summary>Reads that are needed before every flag has its answer.</summary>
    public IReadOnlyList<StickyRead> Needed { get; private set; } = [];

    /// <summary>Assignments to keep.</summary>
    public IReadOnlyList<StickyWrite> Writes { get; private set; } = [];

    /// <summary>Shipped-engine mode only: why the engine would have failed the whole request.</summary>
    public string? Failure { get; private set; }

    /// <summary>Tells what was read; a record that was asked for and does not exist comes with member = false.</summary>
    public void Resume(IEnumerable<StickyRecord> records)
    {
        foreach (var record in records) _sticky.Add(record);
        Run();
    }

    private void Run()
    {
        var (needed, writes) = (new List<StickyRead>(), new List<StickyWrite>(Writes));
        var e = new Evaluation();
        for (var i = 0; i < _flags.Length; i++)
        {
            if (_answers[i].Flag is not null && _answers[i].Reason != Reason.Suspended) continue;
            e.Start(_book, Context, Caller, _sticky, null);
            _answers[i] = FlagBook.Guarded(_flags[i], e);
            Failure ??= e.Spoiled;
            if (_answers[i].Reason == Reason.Suspended) needed.AddRange((e.Needed ?? []).Where(n => !needed.Contains(n)));
            else writes.AddRange(e.Writes ?? []);
        }

        (Needed, Writes) = (needed, writes);
    }
}
