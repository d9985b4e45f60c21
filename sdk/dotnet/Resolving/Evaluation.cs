using Busker.Experiments.V1;
using Busker.Flags.Conditions;
using Busker.Flags.Explaining;
using Busker.Flags.Hashing;

namespace Busker.Flags.Resolving;

/// <summary>The working memory of one resolve; one per thread, used again and again.</summary>
internal sealed class Evaluation
{
    private readonly byte[] _unit = new byte[Bucketing.MaxUnitBytes];
    private int _unitLength;
    private AttributeValue _unitValue;
    private string? _unitString;
    private CompiledRule? _unitOf;
    private long _accountBucket;
    private long _nowUs;
    private int _depth;
    private bool _unitFailed;

    public FlagBook Book { get; private set; } = null!;
    public EvaluationContext Context { get; private set; } = null!;
    public Caller Caller { get; private set; } = null!;
    public StickyMemory? Sticky { get; private set; }
    public TraceWriter? Trace { get; private set; }

    /// <summary>Which segments are being tested; all false between flags.</summary>
    public bool[] InSegment { get; private set; } = [];

    /// <summary>One moment for the whole resolve, read from the clock only when a predicate asks.</summary>
    public long NowUs => _nowUs != long.MinValue ? _nowUs : _nowUs = Book.NowUs();

    public List<StickyRead>? Needed { get; set; }
    public List<StickyWrite>? Writes { get; set; }

    /// <summary>Somebody would have been counted in, or given a bucket, if only there were a unit.</summary>
    public bool LacksUnit { get; set; }

    /// <summary>Shipped-engine mode only: a conversion that fails there fails the request.</summary>
    public string? Spoiled { get; private set; }

    public bool HasUnit => _unitLength > 0 || (_unitValue.Kind == AttributeKind.Text && _unitString is not null);

    public ReadOnlySpan<byte> UnitBytes => _unit.AsSpan(0, _unitLength);

    public AttributeValue UnitValue => _unitValue;

    public string UnitString => _unitString ??= UnitText.Of(_unitValue);

    /// <summary>The unit's bucket among the account's million; hashed once per unit.</summary>
    public uint AccountBucket
    {
        get
        {
            if (_accountBucket < 0) _accountBucket = Book.AccountBuckets.Of(UnitBytes);
            return (uint)_accountBucket;
        }
    }

    public void Start(FlagBook book, EvaluationContext context, Caller caller, StickyMemory? sticky, TraceWriter? trace)
    {
        (Book, Context, Caller, Sticky, Trace, _nowUs) = (book, context, caller, sticky, trace, long.MinValue);
        if (InSegment.Length < book.SegmentCount) InSegment = new bool[book.SegmentCount];
        (Needed, Writes, Spoiled, _unitOf, _depth, LacksUnit) = (null, null, null, null, 0, false);
        SetUnit(default, 0);
    }

    /// <summary>Finds the rule's unit. True: found, or none. False: it is there and is no unit.</summary>
    public bool FindUnit(CompiledRule rule)
    {
        if (_unitOf is not null && _unitOf.ReadsTargetingKey && rule.ReadsTargetingKey) return !_unitFailed;
        _unitOf = rule;
        var value = UnitText.Find(rule, Context);
        var bytes = UnitText.Read(value, _unit, out _unitFailed);
        SetUnit(_unitFailed ? default : value, bytes.Length);
        return !_unitFailed;
    }

    public void Spoil(string why) => Spoiled ??= why;

    public Truth Membership(string materialization)
    {
        var truth = Sticky is null ? Truth.Unknown : Sticky.Membership(UnitString, materialization, out _);
        if (truth == Truth.Unknown) Need(materialization, "");
        return truth;
    }

    public void Need(string materialization, string rule)
    {
        Needed ??= [];
        if (Needed.Any(n => n.Unit == UnitString && n.Materialization == materialization && n.Rule == rule)) return;
        Needed.Add(new() { Unit = UnitString, Materialization = materialization, Rule = rule });
    }

    public Answer ResolveOther(CompiledFlag flag)
    {
        if (++_depth > 32) return new(flag, Reason.Error, null);
        var (unit, length, text, of, failed, bucket, lacks) = (_unitValue, _unitLength, _unitString, _unitOf, _unitFailed, _accountBucket, LacksUnit);
        Span<byte> bytes = stackalloc byte[Bucketing.MaxUnitBytes];
        UnitBytes.CopyTo(bytes);
        _unitOf = null;
        var answer = Caller.Sees(flag) ? RuleLoop.Run(flag, this) : new Answer(null, Reason.FlagNotFound, null);
        bytes[..length].CopyTo(_unit);
        (_unitValue, _unitLength, _unitString, _unitOf, _unitFailed, _accountBucket) = (unit, length, text, of, failed, bucket);
        LacksUnit = lacks || answer.LacksUnit;
        _depth--;
        return answer;
    }

    private void SetUnit(in AttributeValue value, int length) =>
        (_unitValue, _unitLength, _unitString, _accountBucket) = (value, length, value.Kind == AttributeKind.Text ? value.Text : null, -1);
}
