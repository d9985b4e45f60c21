using Busker.Experiments.V1;
using Busker.Kernel;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Flags.Tests;

/// <summary>Small states for tests, from JSON or piece by piece.</summary>
internal static class States
{
    public static readonly TimeProvider Clock = new FixedClock(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));

    public static FlagState Json(string json) => FlagState.Parser.ParseJson(json);

    public static FlagBook Book(FlagState state, BookOptions? options = null) => FlagBook.Build(state, Clock, options).Value;

    public static Fault Refusal(FlagState state) => FlagBook.Build(state, Clock).Fault.ShouldNotBeNull();

    /// <summary>A flag "f" whose one rule gives variant "on" to whom the expression fits.</summary>
    public static FlagState Targeting(string expression) => Json($$$"""
        {"account": "test", "flags": [{"name": "f", "state": "ACTIVE", "schema": {"scalar": "BOOL"},
          "variants": [{"name": "on", "value": true}],
          "rules": [{"name": "r", "enabled": true, "targeting": {{{expression}}},
            "assignment": {"bucketCount": 1, "assignments": [{"id": "a", "ranges": [{"upper": 1}], "variant": "on"}]}}]}]}
        """);

    public static bool Matches(string expression, string context, BookOptions? options = null)
    {
        var book = Book(Targeting(expression), options);
        return book.Resolve("f", ContextJson.Parse(context).Value, book.Operator()).Reason == Reason.Match;
    }

    public static bool Criterion(string predicate, string attribute, BookOptions? options = null) =>
        Matches($$$"""{"criterion": {"attribute": "x", {{{predicate}}} }}""", attribute.Length == 0 ? "{}" : $$$"""{"x": {{{attribute}}} }""", options);

    public static Value Value(string json) => Google.Protobuf.WellKnownTypes.Value.Parser.ParseJson(json);

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
