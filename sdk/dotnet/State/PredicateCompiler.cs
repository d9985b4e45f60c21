using Busker.Experiments.V1;
using Busker.Flags.Conditions;
using Google.Protobuf.Collections;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;
using LiteralCase = Busker.Experiments.V1.Literal.ValueOneofCase;

namespace Busker.Flags.State;

/// <summary>Criteria to predicates, with their literals checked.</summary>
internal sealed class PredicateCompiler(FlagState state, Problems problems, bool shipped)
{
    // Whole numbers up to here are exact as doubles, which is all that some languages have.
    private const long Exact = 1L << 53, Century = 36_525L * 86_400_000_000;

    private readonly Dictionary<string, AttributePath> _paths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AttributeType> _declared = Declared(state, problems);

    public Condition? Compile(Criterion c, string path)
    {
        if (!IsPath(c.Attribute)) return Wrong(problems.At(path, ".attribute"), $"\"{c.Attribute}\" is not a path");
        if (_declared.Count > 0 && c.Attribute != EvaluationContext.Now && !_declared.ContainsKey(c.Attribute)) return Wrong(problems.At(path, ".attribute"), $"\"{c.Attribute}\" is not declared");
        if (c.Comparison is < Comparison.Typed or > Comparison.Text) return Wrong(problems.At(path, ".comparison"), "is not known");
        var mode = c.PredicateCase switch
        {
            Criterion.PredicateOneofCase.Some => ListMode.Some,
            Criterion.PredicateOneofCase.Every => ListMode.Every,
            _ => c.Comparison == Comparison.Typed ? ListMode.Some : ListMode.Whole,
        };
        var before = problems.Any;
        var quantifier = c.Some ?? c.Every;
        var predicate = quantifier is null ? Whole(c, path) : Inner(quantifier, c, problems.At(path, c.Some is null ? ".every" : ".some"));
        if (predicate is null) return before || problems.Any ? null : Wrong(path, "has no predicate");
        return new CriterionCondition(Path(c.Attribute), predicate, mode, IsText(quantifier), shipped, c);
    }

    private static bool IsPath(string path) =>
        path.Length > 0 && path[0] != '.' && path[^1] != '.' && !path.Contains("..", StringComparison.Ordinal);

    private AttributePath Path(string path) => _paths.TryGetValue(path, out var known) ? known : _paths[path] = new(path);

    private static bool IsText(Quantifier? q) => q?.PredicateCase is Quantifier.PredicateOneofCase.StartsWith
        or Quantifier.PredicateOneofCase.EndsWith or Quantifier.PredicateOneofCase.Contains or Quantifier.PredicateOneofCase.Matches;

    private Predicate? Whole(Criterion c, string path) => c.PredicateCase switch
    {
        Criterion.PredicateOneofCase.EqualTo => Equal(c.EqualTo, c, problems.At(path, ".equal_to")),
        Criterion.PredicateOneofCase.OneOf => Set(c.OneOf, c, problems.At(path, ".one_of")),
        Criterion.PredicateOneofCase.Between => Range(c.Between, c, problems.At(path, ".between")),
        Criterion.PredicateOneofCase.StartsWith => Text(Place.Start, c.StartsWith, c.Comparison, problems.At(path, ".starts_with")),
        Criterion.PredicateOneofCase.EndsWith => Text(Place.End, c.EndsWith, c.Comparison, problems.At(path, ".ends_with")),
        Criterion.PredicateOneofCase.Contains => Text(Place.Inside, c.Contains, c.Comparison, problems.At(path, ".contains")),
        Criterion.PredicateOneofCase.Matches => Pattern(c.Matches, c.Comparison, problems.At(path, ".matches")),
        Criterion.PredicateOneofCase.Presence => c.Presence is >= Presence.Set and <= Presence.Missing ? new PresencePredicate(c.Presence) : Refuse(problems.At(path, ".presence"), "is not known"),
        Criterion.PredicateOneofCase.InNetwork => Network(c.InNetwork, c.Comparison, problems.At(path, ".in_network")),
        Criterion.PredicateOneofCase.Modulo => c.Modulo.Divisor is > 0 and <= Exact && c.Modulo.Remainder >= 0 && c.Modulo.Remainder < c.Modulo.Divisor
            ? new ModuloPredicate(c.Modulo.Divisor, c.Modulo.Remainder, c.Comparison)
            : Refuse(problems.At(path, ".modulo"), "needs 0 <= remainder < divisor <= 2^53"),
        Criterion.PredicateOneofCase.RelativeTime => Relative(c.RelativeTime, problems.At(path, ".relative_time")),
        Criterion.PredicateOneofCase.SemVer => Version(c.SemVer, problems.At(path, ".sem_ver")),
        Criterion.PredicateOneofCase.Size => new SizePredicate(c.Size.HasAtLeast ? c.Size.AtLeast : 0, c.Size.HasAtMost ? c.Size.AtMost : uint.MaxValue),
        Criterion.PredicateOneofCase.Kinds => c.Kinds.Kinds_.Count > 0 && c.Kinds.Kinds_.All(k => k is >= Kinds.Types.Kind.Bool and <= Kinds.Types.Kind.Struct)
            ? new KindPredicate([.. c.Kinds.Kinds_])
            : Refuse(problems.At(path, ".kinds"), "is empty, or has a kind that is not known"),
        _ => null,
    };

    private Predicate? Inner(Quantifier q, Criterion c, string path) => q.PredicateCase switch
    {
        Quantifier.PredicateOneofCase.EqualTo => Equal(q.EqualTo, c, problems.At(path, ".equal_to")),
        Quantifier.PredicateOneofCase.OneOf => Set(q.OneOf, c, problems.At(path, ".one_of")),
        Quantifier.PredicateOneofCase.Between => Range(q.Between, c, problems.At(path, ".between")),
        Quantifier.PredicateOneofCase.StartsWith => Text(Place.Start, q.StartsWith, c.Comparison, problems.At(path, ".starts_with")),
        Quantifier.PredicateOneofCase.EndsWith => Text(Place.End, q.EndsWith, c.Comparison, problems.At(path, ".ends_with")),
        Quantifier.PredicateOneofCase.Contains => Text(Place.Inside, q.Contains, c.Comparison, problems.At(path, ".contains")),
        Quantifier.PredicateOneofCase.Matches => Pattern(q.Matches, c.Comparison, problems.At(path, ".matches")),
        _ => Refuse(path, "has no predicate"),
    };

    private Predicate? Equal(EqualTo source, Criterion c, string path)
    {
        if (source.Value is null || source.Value.ValueCase == LiteralCase.None)
        {
            return shipped ? new NeverPredicate() : new PresencePredicate(Presence.NullOrMissing);
        }

        return Set(new OneOf { Values = { source.Value } }, c, path);
    }

    private Predicate? Set(OneOf source, Criterion c, string path)
    {
        if (source.Values.Count == 0) return new NeverPredicate();
        var type = source.Values[0].ValueCase;
        var alike = true;
        foreach (var value in source.Values)
        {
            if (value.ValueCase == LiteralCase.None) return Refuse(path, "a literal is empty");
            alike &= value.ValueCase == type;
        }

        if (c.Comparison == Comparison.Loose) return type is LiteralCase.TimestampUs or LiteralCase.Version ? Refuse(path, "loose comparison knows bool, number and string") : new LooseSetPredicate([.. source.Values]);
        if (!alike) return Refuse(path, "its literals are of different types");
        if (!Fits(c.Attribute, type, path)) return null;
        return type switch
        {
            LiteralCase.Bool => new BoolSetPredicate(source.Values.Any(v => v.Bool), source.Values.Any(v => !v.Bool), c.Comparison),
            LiteralCase.Number => new NumberSetPredicate([.. source.Values.Select(v => v.Number)], c.Comparison, shipped),
            LiteralCase.TimestampUs => new TimestampSetPredicate([.. source.Values.Select(v => v.TimestampUs)], c.Comparison),
            LiteralCase.Version => new TextSetPredicate([.. source.Values.Select(v => v.Version)], Comparison.Strict, false),
            _ => new TextSetPredicate(Texts(source.Values), c.Comparison, source.IgnoreCase),
        };
    }

    private static string[] Texts(RepeatedField<Literal> literals)
    {
        var texts = new string[literals.Count];
        for (var i = 0; i < texts.Length; i++) texts[i] = literals[i].String;
        return texts;
    }

    private Predicate? Range(Between b, Criterion c, string path)
    {
        var (low, high) = (b.Lower?.ValueCase ?? LiteralCase.None, b.Upper?.ValueCase ?? LiteralCase.None);
        var type = low == LiteralCase.None ? high : low;
        if (type == LiteralCase.None) return shipped ? new PassPredicate() : new NeverPredicate();
        if (high != LiteralCase.None && high != type) return Refuse(path, "its ends are of different types");
        if (!Fits(c.Attribute, type, path)) return null;
        var (above, below) = (b.LowerExclusive, b.UpperExclusive);
        return type switch
        {
            LiteralCase.Number => new NumberRangePredicate(b.Lower?.Number, above, b.Upper?.Number, below, c.Comparison, shipped),
            LiteralCase.TimestampUs => new TimestampRangePredicate(b.Lower?.TimestampUs, above, b.Upper?.TimestampUs, below, c.Comparison),
            LiteralCase.Version => new VersionRangePredicate(Short(b.Lower), above, Short(b.Upper), below),
            LiteralCase.String when c.Comparison != Comparison.Typed => new TextRangePredicate(b.Lower?.String, above, b.Upper?.String, below, c.Comparison),
            _ => Refuse(path, "a range is of numbers, timestamps or versions"),
        };
    }

    private static ShortVersion? Short(Literal? literal) => literal is null ? null : ShortVersion.Parse(literal.Version);

    private Predicate? Text(Place place, Text source, Comparison comparison, string path) => source.Values.Count == 0
        ? Refuse(path, "has no values")
        : new TextPredicate(place, [.. source.Values], source.IgnoreCase, comparison);

    private Predicate? Pattern(Pattern source, Comparison comparison, string path)
    {
        var (program, refusal) = PatternSyntax.Compile(source.Regex, source.IgnoreCase);
        return program is null ? Refuse(problems.At(path, ".regex"), refusal!) : new PatternPredicate(program, comparison);
    }

    private Predicate? Network(Networks source, Comparison comparison, string path)
    {
        var ranges = new List<NetworkRange>();
        for (var i = 0; i < source.Cidrs.Count; i++)
        {
            if (NetworkRange.TryParse(source.Cidrs[i], out var range)) ranges.Add(range);
            else Refuse(problems.At(path, ".cidrs", i), $"\"{source.Cidrs[i]}\" is not a network such as 10.0.0.0/8");
        }

        return source.Cidrs.Count == 0 ? Refuse(path, "has no networks") : new NetworkPredicate([.. ranges], comparison);
    }

    private Predicate? Relative(RelativeTime source, string path) =>
        !source.HasFromUs && !source.HasToUs ? Refuse(path, "needs from_us or to_us")
        : source.FromUs is < -Century or > Century || source.ToUs is < -Century or > Century ? Refuse(path, "is more than a hundred years from now")
        : new RelativeTimePredicate(source.HasFromUs ? source.FromUs : null, source.HasToUs ? source.ToUs : null);

    private Predicate? Version(SemVer source, string path)
    {
        if (source.Op is < SemVer.Types.Op.Equal or > SemVer.Types.Op.Tilde) return Refuse(problems.At(path, ".op"), "is not known");
        if (source.Form is < SemVer.Types.Form.Lenient or > SemVer.Types.Form.Padded) return Refuse(problems.At(path, ".form"), "is not known");
        if (source.Form == SemVer.Types.Form.Padded)
        {
            return source.Op <= SemVer.Types.Op.GreaterOrEqual ? new PaddedVersionPredicate(source.Op, source.Version) : Refuse(problems.At(path, ".op"), "padded versions know equality and order only");
        }

        return FullVersion.TryParse(source.Version, out _)
            ? new SemVerPredicate(source.Op, source.Version, source.Form == SemVer.Types.Form.Strict)
            : Refuse(problems.At(path, ".version"), $"\"{source.Version}\" is not a semantic version");
    }

    private bool Fits(string attribute, LiteralCase literal, string path)
    {
        if (!_declared.TryGetValue(attribute, out var type)) return true;
        var fits = literal switch
        {
            LiteralCase.Bool => type == AttributeType.Bool,
            LiteralCase.Number => type == AttributeType.Number,
            LiteralCase.TimestampUs => type == AttributeType.Timestamp,
            LiteralCase.Version => type == AttributeType.Version,
            _ => type == AttributeType.String,
        };
        if (!fits) problems.Add(path, $"\"{attribute}\" is declared as {type.ToString().ToLowerInvariant()}, the literal is {literal.ToString().ToLowerInvariant()}");
        return fits;
    }

    private static Dictionary<string, AttributeType> Declared(FlagState state, Problems problems)
    {
        var declared = new Dictionary<string, AttributeType>(StringComparer.Ordinal);
        for (var i = 0; i < state.Attributes.Count; i++)
        {
            if (state.Attributes[i].Type == AttributeType.Unspecified) problems.Add($"attributes[{i}].type", "is missing");
            if (!declared.TryAdd(state.Attributes[i].Path, state.Attributes[i].Type)) problems.Add($"attributes[{i}].path", "is there twice");
        }

        return declared;
    }

    private Predicate? Refuse(string path, string message)
    {
        problems.Add(path, message);
        return null;
    }

    private Condition? Wrong(string path, string message)
    {
        problems.Add(path, message);
        return null;
    }
}
