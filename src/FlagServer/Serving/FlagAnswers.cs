using Busker.Experiments.V1;
using Busker.Flags;
using Busker.FlagServer.Ofrep;
using Google.Protobuf.WellKnownTypes;

namespace Busker.FlagServer.Serving;

/// <summary>How OpenFeature says why.</summary>
internal enum Word
{
    Static,
    TargetingMatch,
    Split,
    Default,
}

/// <summary>One flag with everything its answers have in common written once: bytes are made when first needed, and kept.</summary>
internal sealed class FlagAnswers(CompiledFlag flag)
{
    private const int Words = 4;
    private static readonly string[] Spelled = ["STATIC", "TARGETING_MATCH", "SPLIT", "DEFAULT"];
    private readonly Piece?[] _answers = new Piece[(flag.Variants.Count + 1) * Words];
    private readonly string? _first = flag.Source.Rules.FirstOrDefault(r => r.Enabled)?.Name;
    private Piece? _disabled;
    private Piece? _keyMissing;
    private Piece? _keyWrong;
    private Piece? _failed;

    public CompiledFlag Flag => flag;

    public string Name => flag.Name;

    /// <summary>The schema in Confidence's spelling; made when first asked for.</summary>
    public byte[] ConfidenceSchema => field ??= Confidence.SchemaText.Of(flag.Source.Schema);

    public static string Spell(Word word) => Spelled[(int)word];

    public Word Why(in Answer answer)
    {
        if (answer.Reason != Reason.Match) return flag.Source.Rules.Count == 0 ? Word.Static : Word.Default;
        var rule = answer.Rule!;
        if (!rule.IsFull) return Word.Split;
        return rule.Source.Everyone && rule.Name == _first && rule.Source.Environments.Count == 0 ? Word.Static : Word.TargetingMatch;
    }

    /// <summary>The answer as OFREP writes it; an answer that is a refusal carries its status.</summary>
    public Piece Ofrep(in Answer answer)
    {
        switch (answer.Reason)
        {
            case Reason.Disabled:
                return _disabled ??= OfrepText.Success(this, null, "DISABLED");
            case Reason.TargetingKeyError:
                return _keyWrong ??= OfrepText.Failure(Name, 400, "INVALID_CONTEXT", "the targeting key is neither a string nor a whole number, or is longer than 100 bytes");
            case Reason.Match or Reason.NoMatch or Reason.Prerequisite when !answer.LacksUnit:
                var word = Why(answer);
                ref var kept = ref _answers[((answer.Variant?.Index ?? -1) + 1) * Words + (int)word];
                return kept ??= OfrepText.Success(this, answer.Variant, Spell(word));
            case Reason.NoMatch:
                return _keyMissing ??= OfrepText.Failure(Name, 400, "TARGETING_KEY_MISSING", "the flag is spread over units, and the context has no targetingKey");
            default:
                return _failed ??= OfrepText.Failure(Name, 400, "GENERAL", "the flag could not be resolved for this context");
        }
    }

    /// <summary>Of the flag and of the variant, the variant's first; only what all dialects can carry.</summary>
    public IEnumerable<(string Key, Value Value)> Metadata(CompiledVariant? variant)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in new[] { variant?.Metadata, flag.Source.Metadata })
        {
            foreach (var (key, value) in source?.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).AsEnumerable() ?? [])
            {
                if (value.KindCase is Value.KindOneofCase.BoolValue or Value.KindOneofCase.NumberValue or Value.KindOneofCase.StringValue && seen.Add(key)) yield return (key, value);
            }
        }
    }
}
