using Busker.Experiments.V1;
using Busker.Flags.Conditions;

namespace Busker.Flags.State;

/// <summary>A predicate in words, for traces.</summary>
internal static class PredicateWords
{
    private static readonly string[] Presences = ["", "set", "null or missing", "null", "missing"];
    private static readonly string[] Orders = ["", "=", "!=", "<", "<=", ">", ">=", "^", "~"];
    private static readonly string[] Kinds = ["", "bool", "number", "string", "list", "struct"];

    public static string Of(Criterion c) => c.PredicateCase switch
    {
        Criterion.PredicateOneofCase.EqualTo => $"is {Of(c.EqualTo.Value)}",
        Criterion.PredicateOneofCase.OneOf => Of(c.OneOf),
        Criterion.PredicateOneofCase.Between => Of(c.Between),
        Criterion.PredicateOneofCase.Some => $"has an element that {Of(c.Some)}",
        Criterion.PredicateOneofCase.Every => $"has only elements of which each {Of(c.Every)}",
        Criterion.PredicateOneofCase.StartsWith => $"starts with {Of(c.StartsWith)}",
        Criterion.PredicateOneofCase.EndsWith => $"ends with {Of(c.EndsWith)}",
        Criterion.PredicateOneofCase.Contains => $"contains {Of(c.Contains)}",
        Criterion.PredicateOneofCase.Presence => $"is {Presences[(int)c.Presence]}",
        Criterion.PredicateOneofCase.Matches => $"matches /{c.Matches.Regex}/",
        Criterion.PredicateOneofCase.InNetwork => $"is in {string.Join(", ", c.InNetwork.Cidrs)}",
        Criterion.PredicateOneofCase.Modulo => $"mod {c.Modulo.Divisor} is {c.Modulo.Remainder}",
        Criterion.PredicateOneofCase.RelativeTime => Of(c.RelativeTime),
        Criterion.PredicateOneofCase.SemVer => $"as a version is {Orders[(int)c.SemVer.Op]} {c.SemVer.Version}",
        Criterion.PredicateOneofCase.Kinds => $"is a {string.Join(" or ", c.Kinds.Kinds_.Select(k => Kinds[(int)k]))}",
        _ => $"has {(c.Size.HasAtLeast ? c.Size.AtLeast : 0)} to {(c.Size.HasAtMost ? c.Size.AtMost.ToString(System.Globalization.CultureInfo.InvariantCulture) : "any number of")} elements",
    };

    private static string Of(Quantifier q) => q.PredicateCase switch
    {
        Quantifier.PredicateOneofCase.EqualTo => $"is {Of(q.EqualTo.Value)}",
        Quantifier.PredicateOneofCase.OneOf => Of(q.OneOf),
        Quantifier.PredicateOneofCase.Between => Of(q.Between),
        Quantifier.PredicateOneofCase.StartsWith => $"starts with {Of(q.StartsWith)}",
        Quantifier.PredicateOneofCase.EndsWith => $"ends with {Of(q.EndsWith)}",
        Quantifier.PredicateOneofCase.Contains => $"contains {Of(q.Contains)}",
        _ => $"matches /{q.Matches?.Regex}/",
    };

    private static string Of(Literal? literal) => literal?.ValueCase switch
    {
        Literal.ValueOneofCase.Bool => literal.Bool ? "true" : "false",
        Literal.ValueOneofCase.Number => NumberText.Format(literal.Number),
        Literal.ValueOneofCase.String => $"\"{literal.String}\"",
        Literal.ValueOneofCase.TimestampUs => TimestampText.Format(literal.TimestampUs),
        Literal.ValueOneofCase.Version => literal.Version,
        _ => "null or missing",
    };

    private static string Of(RelativeTime time) => string.Join(" and ", new[]
    {
        time.HasFromUs ? $"is at least {NumberText.Format(time.FromUs / 1e6)} s" : null,
        time.HasToUs ? $"is less than {NumberText.Format(time.ToUs / 1e6)} s" : null,
    }.OfType<string>()) + " from now";

    private static string Of(OneOf set) => set.Values.Count == 1 ? $"is {Of(set.Values[0])}"
        : $"is one of {string.Join(", ", set.Values.Take(10).Select(Of))}{(set.Values.Count > 10 ? $" and {set.Values.Count - 10} more" : "")}";

    private static string Of(Text text) => string.Join(" or ", text.Values.Take(10).Select(v => $"\"{v}\""));

    private static string Of(Between b) => string.Join(" and ", new[]
    {
        b.Lower is null ? null : $"is {(b.LowerExclusive ? "above" : "at least")} {Of(b.Lower)}",
        b.Upper is null ? null : $"is {(b.UpperExclusive ? "below" : "at most")} {Of(b.Upper)}",
    }.OfType<string>().DefaultIfEmpty("is in a range without ends"));
}
