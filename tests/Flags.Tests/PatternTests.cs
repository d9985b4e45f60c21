using System.Text.RegularExpressions;
using Busker.Flags.Conditions;
using Busker.Flags.Fuzzing;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;

namespace Busker.Flags.Tests;

public sealed class PatternTests
{
    [Fact]
    public void Random_patterns_match_what_the_regex_of_the_platform_matches()
    {
        var random = new FuzzRandom(11);
        var matched = 0;
        for (var n = 0; n < 3000; n++)
        {
            var pattern = FuzzPatterns.Next(random);
            var (program, refusal) = PatternSyntax.Compile(pattern, ignoreCase: false);
            refusal.ShouldBeNull(pattern);
            var ours = new PatternPredicate(program!, Comparison.Typed);
            var theirs = new Regex(pattern.Replace("$", @"\z", StringComparison.Ordinal), RegexOptions.ECMAScript, TimeSpan.FromSeconds(5));
            for (var k = 0; k < 8; k++)
            {
                var text = string.Concat(Enumerable.Range(0, random.Below(9)).Select(_ => random.Of("a", "b", "A", "1", "\n", "å")));
                var expected = theirs.IsMatch(text);
                ours.IsMatch(text).ShouldBe(expected, $"/{pattern}/ on \"{text}\"");
                matched += expected ? 1 : 0;
            }
        }

        matched.ShouldBeInRange(4_000, 20_000);
    }

    [Fact]
    public void Many_threads_share_one_pattern()
    {
        var shared = new PatternPredicate(PatternSyntax.Compile("(a|b)*a(a|b){12}c", false).Program!, Comparison.Typed);
        Parallel.For(0, 64, seed =>
        {
            var random = new FuzzRandom((ulong)seed);
            var text = string.Concat(Enumerable.Range(0, 2000).Select(_ => random.Of("a", "b", "c")));
            shared.IsMatch(text).ShouldBe(Regex.IsMatch(text, "a(a|b){12}c"));
        });
    }

    [Fact]
    public void Beyond_the_states_that_are_kept_the_answer_is_the_same()
    {
        var random = new FuzzRandom(5);
        var pattern = new PatternPredicate(PatternSyntax.Compile("^(a|b)*a(a|b){14}c$", false).Program!, Comparison.Typed);
        for (var n = 0; n < 200; n++)
        {
            var text = string.Concat(Enumerable.Range(0, 400).Select(_ => random.Of("a", "b"))) + "c";
            pattern.IsMatch(text).ShouldBe(text[^16] == 'a');
        }
    }
}
