using System.Globalization;

namespace Busker.Flags.Conditions;

/// <summary>A piece of a regex. Max −1: without end.</summary>
internal sealed record PatternNode(PatternNode.Kinds Kind, int Set = 0, PatternNode[]? Parts = null, int Min = 0, int Max = 0)
{
    public enum Kinds
    {
        Set,
        Sequence,
        Alternatives,
        Repeat,
        Start,
        End,
    }
}

/// <summary>
/// Reads the regex subset that means the same in every language: classes are ASCII, "." stops at JavaScript's line ends,
/// "$" is the very end. The size is bounded: the steps there are when every count is written out.
/// </summary>
internal sealed class PatternSyntax
{
    private const int MaxLength = 1000, MaxCount = 1000, MaxSteps = 2000;

    private readonly string _source;
    private readonly bool _ignoreCase;
    private readonly List<CharSet> _sets = [];
    private int _at;
    private string? _refusal;

    private PatternSyntax(string source, bool ignoreCase) => (_source, _ignoreCase) = (source, ignoreCase);

    /// <summary>The pattern, or why it is refused.</summary>
    public static (PatternProgram? Program, string? Refusal) Compile(string source, bool ignoreCase)
    {
        if (source.Length > MaxLength) return (null, $"a regex is at most {MaxLength} characters");
        var syntax = new PatternSyntax(source, ignoreCase);
        var root = syntax.Alternatives();
        if (syntax._at < source.Length) syntax.Refuse("\")\" closes nothing");
        if (syntax._refusal is { } refusal) return (null, $"{refusal} (at character {syntax._at + 1})");
        var steps = Steps(root);
        return steps > MaxSteps ? (null, $"has {steps} steps when its counts are written out, at most {MaxSteps}") : (new PatternProgram(root, [.. syntax._sets]), null);
    }

    // At least one for each piece, so that counts of nothing count too. Bounded, so that counts of counts cannot overflow.
    private static long Steps(PatternNode node) => node.Kind switch
    {
        PatternNode.Kinds.Sequence or PatternNode.Kinds.Alternatives => Math.Clamp(node.Parts!.Sum(Steps), 1, int.MaxValue),
        PatternNode.Kinds.Repeat => Math.Min(Steps(node.Parts![0]) * Math.Max(1, Math.Max(node.Min, node.Max)), int.MaxValue),
        _ => 1,
    };

    private PatternNode Alternatives()
    {
        var parts = new List<PatternNode> { Sequence() };
        while (_refusal is null && Peek == '|')
        {
            _at++;
            parts.Add(Sequence());
        }

        return new(PatternNode.Kinds.Alternatives, Parts: [.. parts]);
    }

    private PatternNode Sequence()
    {
        var parts = new List<PatternNode>();
        while (_refusal is null && _at < _source.Length && Peek is not ('|' or ')')) parts.Add(Repeated());
        return new(PatternNode.Kinds.Sequence, Parts: [.. parts]);
    }

    private PatternNode Repeated()
    {
        var atom = Atom();
        if (_refusal is not null || atom.Kind is PatternNode.Kinds.Start or PatternNode.Kinds.End) return atom;
        var (min, max) = (1, 1);
        if (Peek == '{') (min, max) = Count();
        else if (Peek is '*' or '+' or '?') (min, max) = (Peek == '+' ? 1 : 0, _source[_at++] == '?' ? 1 : -1);
        else return atom;
        if (_refusal is null && Peek == '?') _at++; // lazy: the same strings match
        return new(PatternNode.Kinds.Repeat, Parts: [atom], Min: min, Max: max);
    }

    private PatternNode Atom()
    {
        var c = _source[_at];
        if (c is '*' or '+' or '?' or '{') return Refuse($"\"{c}\" has nothing to repeat");
        if (c is '}' or ']') return Refuse($"\"{c}\" must be escaped");
        if (c == '(') return Group();
        if (c == '[') return Class();
        if (c == '\\') return Escape(inClass: false) is { } escaped ? Add(escaped) : Nothing;
        _at++;
        return c switch
        {
            '^' => new(PatternNode.Kinds.Start),
            '$' => new(PatternNode.Kinds.End),
            '.' => Add(CharSet.LineEnds.Inverted()),
            _ => Add(CharSet.Range(c, c, _ignoreCase)),
        };
    }

    private PatternNode Group()
    {
        _at++;
        if (Peek == '?')
        {
            if (_at + 1 >= _source.Length || _source[_at + 1] != ':') return Refuse("only ( ) and (?: ) groups are in the common subset");
            _at += 2;
        }

        var inner = Alternatives();
        if (_refusal is not null) return inner;
        if (Peek != ')') return Refuse("( is not closed");
        _at++;
        return inner;
    }

    private (int Min, int Max) Count()
    {
        var end = _source.IndexOf('}', _at);
        var body = end < 0 ? "" : _source[(_at + 1)..end];
        var parts = body.Split(',');
        if (end < 0) Refuse("{ must be escaped or closed");
        else if (parts.Length > 2 || parts[0].Length == 0 || parts.Any(p => p.Length > 4 || p.Any(c => !char.IsAsciiDigit(c)) || Number(p) > MaxCount)) Refuse($"{{{body}}} is not a count of at most {MaxCount}");
        else if (parts is [_, { Length: > 0 }] && Number(parts[0]) > Number(parts[1])) Refuse($"{{{body}}} runs backwards");
        if (_refusal is not null) return (1, 1);
        _at = end + 1;
        return (Number(parts[0]), parts is [_, ""] ? -1 : Number(parts[^1]));
    }

    private static int Number(string digits) => digits.Length == 0 ? 0 : int.Parse(digits, CultureInfo.InvariantCulture);

    private PatternNode Class()
    {
        _at++;
        var (inverted, set) = (Peek == '^', CharSet.Empty);
        if (inverted) _at++;
        var start = _at;
        while (_at < _source.Length && _source[_at] != ']')
        {
            var (c, ranged) = (_source[_at], _at + 2 < _source.Length && _source[_at + 1] == '-' && _source[_at + 2] is not (']' or '\\'));
            if (c == '[') return Refuse("\"[\" inside [ ] must be escaped");
            if (c == '\\')
            {
                if (Escape(inClass: true) is not { } escaped) return Nothing;
                set = set.With(escaped);
                continue;
            }

            var last = ranged ? _source[_at + 2] : c;
            if (c > last) return Refuse("a range in [ ] runs backwards");
            set = set.With(CharSet.Range(c, last, _ignoreCase));
            _at += ranged ? 3 : 1;
        }

        if (_at == _source.Length) return Refuse("[ is not closed");
        if (_at == start) return Refuse("[ ] is empty");
        _at++;
        return Add(inverted ? set.Inverted() : set);
    }

    private CharSet? Escape(bool inClass)
    {
        if (_at + 1 == _source.Length)
        {
            Refuse("a lone backslash ends the regex");
            return null;
        }

        var c = _source[_at + 1];
        var set = c switch
        {
            'd' => CharSet.Digits,
            'w' => CharSet.Words,
            's' => CharSet.Spaces,
            'D' when !inClass => CharSet.Digits.Inverted(),
            'W' when !inClass => CharSet.Words.Inverted(),
            'S' when !inClass => CharSet.Spaces.Inverted(),
            't' => CharSet.Of('\t'),
            'n' => CharSet.Of('\n'),
            'r' => CharSet.Of('\r'),
            'f' => CharSet.Of('\f'),
            'v' => CharSet.Of('\v'),
            _ => char.IsAsciiLetterOrDigit(c) ? null : CharSet.Of(c),
        };
        if (set is null) Refuse($"\\{c} is not in the common subset" + (inClass ? " inside [ ]" : ""));
        else _at += 2;
        return set;
    }

    private static PatternNode Nothing { get; } = new(PatternNode.Kinds.Sequence, Parts: []);

    private char Peek => _at < _source.Length ? _source[_at] : '\0';

    private PatternNode Add(CharSet set)
    {
        _sets.Add(set);
        return new(PatternNode.Kinds.Set, _sets.Count - 1);
    }

    private PatternNode Refuse(string why)
    {
        _refusal ??= why;
        return Nothing;
    }
}
