namespace Busker.Flags.Fuzzing;

/// <summary>Random regexes of the common subset, over few letters, so that they often match.</summary>
internal static class FuzzPatterns
{
    public static string Next(FuzzRandom random, int depth = 0)
    {
        var text = "";
        for (var n = 1 + random.Below(3); n > 0; n--) text += random.OneIn(6) ? random.Of("^", "$") : Atom(random, depth) + Count(random);
        return depth < 3 && random.OneIn(4) ? text + "|" + Next(random, depth + 1) : text;
    }

    private static string Atom(FuzzRandom random, int depth) => random.Below(depth < 3 ? 9 : 7) switch
    {
        0 or 1 => "a",
        2 => "b",
        3 => random.Of(".", "\\d", "\\w", "\\s", "\\D", "\\W", "\\S"),
        4 => random.Of("[ab]", "[^a]", "[a-c1]", "[\\d_-]", "[^\\w]", "[Aå]"),
        5 => random.Of("å", "\\.", "\\n", "1"),
        6 => random.Of("A", "\\-", " "),
        7 => $"({Next(random, depth + 1)})",
        _ => $"(?:{Next(random, depth + 1)})",
    };

    private static string Count(FuzzRandom random) => random.OneIn(2) ? "" : random.Of("*", "+", "?", "{2}", "{0,2}", "{1,}", "*?", "+?", "??", "{1,3}?", "{0}");
}
