using System.Text;

namespace Busker.Flags.Conditions;

/// <summary>
/// The regex subset that means the same in every language, rewritten for .NET's linear-time engine: classes are ASCII,
/// "." stops at JavaScript's line ends, "$" is the very end.
/// </summary>
internal static class PatternSyntax
{
    private const string Space = @"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";

    /// <summary>The .NET pattern, or why it is refused.</summary>
    public static (string? Pattern, string? Refusal) Translate(string source, bool ignoreCase)
    {
        if (source.Length > 1000) return (null, "a regex is at most 1000 characters");
        var output = new StringBuilder(source.Length + 16);
        for (var i = 0; i < source.Length; i++)
        {
            var c = source[i];
            var refusal = c switch
            {
                '\\' => Escape(source, ref i, output, inClass: false, ignoreCase),
                '[' => Class(source, ref i, output, ignoreCase),
                '(' => Group(source, ref i, output),
                '{' => Count(source, ref i, output),
                '.' => Put(output, @"[^\n\r\u2028\u2029]"),
                '$' => Put(output, @"\z"),
                '}' or ']' => $"\"{c}\" must be escaped",
                _ => Literal(output, c, ignoreCase),
            };
            if (refusal is not null) return (null, $"{refusal} (at character {i + 1})");
        }

        return (output.ToString(), null);
    }

    private static string? Put(StringBuilder output, string text)
    {
        output.Append(text);
        return null;
    }

    // ASCII case only: .NET's own folding differs from JavaScript's beyond it.
    private static string? Literal(StringBuilder output, char c, bool ignoreCase) =>
        ignoreCase && char.IsAsciiLetter(c)
            ? Put(output, $"[{char.ToLowerInvariant(c)}{char.ToUpperInvariant(c)}]")
            : Put(output, c is '^' or '|' or ')' or '*' or '+' or '?' ? c.ToString() : System.Text.RegularExpressions.Regex.Escape(c.ToString()));

    private static string? Escape(string s, ref int i, StringBuilder output, bool inClass, bool ignoreCase)
    {
        if (++i == s.Length) return "a lone backslash ends the regex";
        var c = s[i];
        string Wrap(string set) => inClass ? set : $"[{set}]";
        switch (c)
        {
            case 'd': return Put(output, Wrap("0-9"));
            case 'w': return Put(output, Wrap("A-Za-z0-9_"));
            case 's': return Put(output, Wrap(Space));
            case 'D' or 'W' or 'S' when inClass: return $"\\{c} inside [ ] is not in the common subset";
            case 'D': return Put(output, "[^0-9]");
            case 'W': return Put(output, "[^A-Za-z0-9_]");
            case 'S': return Put(output, $"[^{Space}]");
            case 'b' when !inClass: return "\\b is not in the common subset";
            case 't' or 'n' or 'r' or 'f' or 'v': return Put(output, $"\\{c}");
        }

        if (char.IsAsciiLetterOrDigit(c)) return $"\\{c} is not in the common subset";
        return Put(output, inClass ? "\\" + c : System.Text.RegularExpressions.Regex.Escape(c.ToString()));
    }

    private static string? Class(string s, ref int i, StringBuilder output, bool ignoreCase)
    {
        output.Append('[');
        if (i + 1 < s.Length && s[i + 1] == '^')
        {
            output.Append('^');
            i++;
        }

        var start = i;
        for (i++; i < s.Length && s[i] != ']'; i++)
        {
            if (s[i] == '[') return "\"[\" inside [ ] must be escaped";
            if (s[i] == '\\')
            {
                if (Escape(s, ref i, output, inClass: true, ignoreCase) is { } refusal) return refusal;
            }
            else if (i + 2 < s.Length && s[i + 1] == '-' && s[i + 2] is not (']' or '\\'))
            {
                if (s[i] > s[i + 2]) return "a range in [ ] runs backwards";
                Ranges(output, s[i], s[i + 2], ignoreCase);
                i += 2;
            }
            else if (s[i] == '-') output.Append("\\-");
            else Ranges(output, s[i], s[i], ignoreCase);
        }

        if (i == s.Length) return "[ is not closed";
        if (i == start + 1) return "[ ] is empty";
        output.Append(']');
        return null;
    }

    private static void Ranges(StringBuilder output, char from, char to, bool ignoreCase)
    {
        output.Append($"\\u{(int)from:x4}-\\u{(int)to:x4}");
        if (!ignoreCase) return;
        for (var c = 'a'; c <= 'z'; c++)
        {
            var upper = char.ToUpperInvariant(c);
            if (from <= c && c <= to) output.Append(upper);
            if (from <= upper && upper <= to) output.Append(c);
        }
    }

    private static string? Group(string s, ref int i, StringBuilder output)
    {
        output.Append("(?:");
        if (i + 1 >= s.Length || s[i + 1] != '?') return null;
        if (i + 2 >= s.Length || s[i + 2] != ':') return "only ( ) and (?: ) groups are in the common subset";
        i += 2;
        return null;
    }

    private static string? Count(string s, ref int i, StringBuilder output)
    {
        var end = s.IndexOf('}', i);
        if (end < 0) return "{ must be escaped or closed";
        var body = s[(i + 1)..end];
        var parts = body.Split(',');
        if (parts.Length > 2 || parts[0].Length == 0 || parts.Any(p => p.Length > 4 || p.Any(c => !char.IsAsciiDigit(c)) || (p.Length > 0 && int.Parse(p, System.Globalization.CultureInfo.InvariantCulture) > 1000)))
        {
            return $"{{{body}}} is not a count of at most 1000";
        }

        output.Append('{').Append(body).Append('}');
        i = end;
        return null;
    }
}
