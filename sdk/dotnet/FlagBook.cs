using Busker.Experiments.V1;
using Busker.Flags.Explaining;
using Busker.Flags.Hashing;
using Busker.Flags.Resolving;
using Busker.Flags.State;
using Busker.Kernel;

namespace Busker.Flags;

/// <param name="ShippedEngine">
/// Reproduce what the shipped Confidence engine does where it differs from its reference: a range without ends matches,
/// null never equals null, `every` over a missing list is false, sticky membership is per rule, and text that is no
/// number spoils the request.
/// </param>
public sealed record BookOptions(bool ShippedEngine = false);

/// <summary>
/// A flag state, checked and compiled once: the door to resolving. Immutable and safe for any number of threads.
/// </summary>
public sealed class FlagBook
{
    [ThreadStatic]
    private static Evaluation? _evaluation;

    private readonly Dictionary<string, CompiledFlag> _byName;
    private readonly Dictionary<string, CompiledFlag>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly TimeProvider _clock;

    internal FlagBook(FlagState state, CompiledFlag[] flags, BookOptions options, TimeProvider clock)
    {
        (State, FlagArray, Shipped, _clock) = (state, flags, options.ShippedEngine, clock);
        _byName = flags.ToDictionary(f => f.Name, StringComparer.Ordinal);
        _bySpan = _byName.GetAlternateLookup<ReadOnlySpan<char>>();
        AccountBuckets = Bucketing.Salted("MegaSalt-" + state.Account, BucketSpace.Buckets);
        SegmentCount = state.Segments.Count;
    }

    /// <summary>What it was built from: do not change it.</summary>
    public FlagState State { get; }

    /// <summary>In the order of the state.</summary>
    public IReadOnlyList<CompiledFlag> Flags => FlagArray;

    internal CompiledFlag[] FlagArray { get; }
    internal Bucketing AccountBuckets { get; }
    internal int SegmentCount { get; }
    internal bool Shipped { get; }
    internal FallthroughChain FallthroughRoot { get; } = new(null, null, null);

    /// <summary>
    /// Checks and compiles. Every wrong shape is refused with its path ("flags[2].rules[0].targeting.all[1]"); nothing
    /// that is not understood is ever taken to mean "everyone".
    /// </summary>
    public static Result<FlagBook> Build(FlagState state, TimeProvider clock, BookOptions? options = null) =>
        StateCompiler.Compile(state, options ?? new(), clock);

    public CompiledFlag? Find(string name) => _byName.GetValueOrDefault(name);

    public CompiledFlag? Find(ReadOnlySpan<char> name) => _bySpan.TryGetValue(name, out var flag) ? flag : null;

    /// <summary>Sees every flag, in the environments named.</summary>
    public Caller Operator(params string[] environments) => new("", -1, Mask(environments));

    /// <summary>The caller a secret belongs to. Of an open state everyone is, with no secret.</summary>
    public Result<Caller> CallerOf(string secret)
    {
        if (State.Clients.Count == 0) return Operator([.. State.Environments]);
        Span<byte> hash = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret), hash);
        for (var i = 0; i < State.Clients.Count; i++)
        {
            foreach (var credential in State.Clients[i].Credentials)
            {
                if (System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(credential.SecretSha256.Span, hash))
                {
                    return new Caller(State.Clients[i].Name, i, Mask(credential.Environments));
                }
            }
        }

        return new Fault(Code.Unauthenticated, "CLIENT_SECRET_UNKNOWN", "no client has this secret", "client_secret");
    }

    public Answer Resolve(string flag, EvaluationContext context, Caller caller, StickyMemory? sticky = null) =>
        Find(flag) is { } found ? Resolve(found, context, caller, sticky) : new(null, Reason.FlagNotFound, null);

    /// <summary>One flag. Allocates nothing unless sticky records are involved.</summary>
    public Answer Resolve(CompiledFlag flag, EvaluationContext context, Caller caller, StickyMemory? sticky = null)
    {
        if (!caller.Sees(flag)) return new(null, Reason.FlagNotFound, null);
        if (flag.IsConstant) return flag.Constant;
        var e = Rent();
        e.Start(this, context, caller, sticky, null);
        var answer = Guarded(flag, e);
        _evaluation = e;
        return answer;
    }

    /// <summary>Every flag the caller sees, in the order of the state, into the buffer; returns how many.</summary>
    public int ResolveAll(EvaluationContext context, Caller caller, Span<Answer> answers, StickyMemory? sticky = null)
    {
        var e = Rent();
        e.Start(this, context, caller, sticky, null);
        var count = 0;
        foreach (var flag in FlagArray)
        {
            if (caller.Sees(flag)) answers[count++] = flag.IsConstant ? flag.Constant : Guarded(flag, e);
        }

        _evaluation = e;
        return count;
    }

    /// <summary>Begins a resolve that may need sticky reads; see <see cref="Batch"/>.</summary>
    public Batch Begin(IEnumerable<string>? flags, EvaluationContext context, Caller caller, StickyMemory? sticky = null)
    {
        var chosen = flags is null
            ? FlagArray.Where(caller.Sees)
            : flags.Distinct().Select(Find).OfType<CompiledFlag>().Where(caller.Sees).OrderBy(f => f.Index);
        return new Batch(this, [.. chosen], context, caller, sticky ?? new());
    }

    /// <summary>The answer with everything that led to it.</summary>
    public Trace Explain(string flag, EvaluationContext context, Caller caller, StickyMemory? sticky = null)
    {
        var trace = new Trace { StateVersion = State.Version };
        if (Find(flag) is not { } found || !caller.Sees(found))
        {
            trace.Resolution = new() { Flag = flag, Reason = Reason.FlagNotFound };
            return trace;
        }

        var e = new Evaluation();
        var writer = new TraceWriter();
        e.Start(this, context, caller, sticky, writer);
        trace.Resolution = Guarded(found, e).ToMessage(context);
        trace.Resolution.Error = e.Spoiled ?? "";
        trace.Steps.AddRange(writer.Steps);
        return trace;
    }

    /// <summary>A trace for people.</summary>
    public static string Text(Trace trace) => TraceWriter.Text(trace);

    internal long NowUs() => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;

    // One bad attribute, or one bug, spoils one flag and never the batch.
    internal static Answer Guarded(CompiledFlag flag, Evaluation e)
    {
        try
        {
            var answer = RuleLoop.Run(flag, e);
            return e.Spoiled is null ? answer : new(flag, Reason.Error, null);
        }
#pragma warning disable CA1031 // isolation is the point; the flag says REASON_ERROR
        catch (Exception)
#pragma warning restore CA1031
        {
            Array.Clear(e.InSegment); // it was left in the middle of segments
            return new(flag, Reason.Error, null);
        }
    }

    internal static Evaluation Rent()
    {
        var e = _evaluation ?? new();
        _evaluation = null;
        return e;
    }

    private ulong Mask(IEnumerable<string> environments)
    {
        ulong mask = 0;
        foreach (var name in environments)
        {
            var at = State.Environments.IndexOf(name);
            if (at >= 0) mask |= 1ul << at;
        }

        return mask;
    }
}
