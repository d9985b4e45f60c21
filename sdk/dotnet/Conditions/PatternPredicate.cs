using Busker.Flags.Resolving;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;

namespace Busker.Flags.Conditions;

/// <summary>
/// Does a regex match anywhere in the text? Sets of places in the program are made into states of a deterministic
/// automaton as they are met, and kept up to a bound; beyond it the places are stepped one character at a time. So the
/// cost is at most length × size of the regex, whatever both are. Safe for any number of threads.
/// </summary>
internal sealed class PatternPredicate : Predicate
{
    /// <summary>Cells of kept states: transitions and places. About 2 MB.</summary>
    private const int MaxCells = 1 << 18;

    private readonly PatternProgram _program;
    private readonly Comparison _comparison;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, State> _states = [];
    private readonly State _start;
    private int _cells;

    public PatternPredicate(PatternProgram program, Comparison comparison)
    {
        (_program, _comparison) = (program, comparison);
        var places = new Places(program);
        places.Begin();
        places.Add(0, atStart: true, atEnd: false);
        _start = Made(places, atStart: true);
    }

    public override bool Test(in AttributeValue value, Evaluation e)
    {
        Span<char> buffer = stackalloc char[352];
        return Coercion.TryStrictText(value, _comparison, buffer, out var text) && IsMatch(text);
    }

    public bool IsMatch(ReadOnlySpan<char> text)
    {
        var state = _start;
        for (var i = 0; i < text.Length && !state.Matches; i++)
        {
            var c = _program.ClassOf(text[i]);
            if ((state.Next[c] ?? Grow(state, c)) is not { } next) return Step(state.At, text[i..], atStart: i == 0);
            state = next;
            if (state.At.Length == 0) return state.Matches;
        }

        return state.Matches || state.MatchesAtEnd;
    }

    // Null: no more states are kept.
    private State? Grow(State from, int characterClass)
    {
        lock (_gate)
        {
            if (_cells > MaxCells) return null;
            var places = new Places(_program);
            places.Step(from.At, characterClass);
            return from.Next[characterClass] = Made(places, atStart: false);
        }
    }

    private State Made(Places places, bool atStart)
    {
        var at = places.Sorted();
        var key = string.Create(at.Length * 2 + 1, (at, places.Matches), static (span, s) =>
        {
            span[0] = s.Matches ? '1' : '0';
            for (var i = 0; i < s.at.Length; i++) (span[2 * i + 1], span[2 * i + 2]) = ((char)(s.at[i] >> 16), (char)s.at[i]);
        });
        if (!atStart && _states.TryGetValue(key, out var known)) return known;
        var matches = places.Matches;
        var state = new State(at, matches, places.MatchesAtEnd(at, atStart), new State?[_program.Classes]);
        if (!atStart) _states.Add(key, state);
        _cells += _program.Classes + at.Length + 16;
        return state;
    }

    private bool Step(int[] from, ReadOnlySpan<char> text, bool atStart)
    {
        var places = new Places(_program);
        ReadOnlySpan<int> at = from;
        foreach (var c in text)
        {
            places.Step(at, _program.ClassOf(c));
            if (places.Matches) return true;
            at = places.Found;
            atStart = false;
        }

        return places.MatchesAtEnd(at.ToArray(), atStart);
    }

    private sealed record State(int[] At, bool Matches, bool MatchesAtEnd, State?[] Next);

    /// <summary>The places that can be reached without taking a character; two sets, as one is made from the other.</summary>
    private sealed class Places(PatternProgram program)
    {
        private readonly int[] _marks = new int[program.Length];
        private readonly int[] _open = new int[program.Length];
        private int[] _found = new int[program.Length], _other = new int[program.Length];
        private int _count, _round;

        public bool Matches { get; private set; }

        public ReadOnlySpan<int> Found => _found.AsSpan(0, _count);

        public void Begin()
        {
            (_found, _other) = (_other, _found);
            (_count, Matches) = (0, false);
            _round++;
        }

        /// <summary>Takes a character from each place; a match may also begin after it.</summary>
        public void Step(ReadOnlySpan<int> from, int characterClass)
        {
            Begin();
            foreach (var pc in from)
            {
                if (program.Takes(pc, characterClass)) Add(pc + 1, atStart: false, atEnd: false);
            }

            Add(0, atStart: false, atEnd: false);
        }

        public void Add(int pc, bool atStart, bool atEnd)
        {
            var open = 0;
            while (true)
            {
                if (_marks[pc] != _round)
                {
                    _marks[pc] = _round;
                    ref readonly var step = ref program[pc];
                    switch (step.Op)
                    {
                        case PatternProgram.Op.Split:
                            _open[open++] = step.Y;
                            pc = step.X;
                            continue;
                        case PatternProgram.Op.Start when atStart:
                        case PatternProgram.Op.End when atEnd:
                            pc++;
                            continue;
                        case PatternProgram.Op.Set or PatternProgram.Op.End:
                            _found[_count++] = pc;
                            break;
                        case PatternProgram.Op.Match:
                            Matches = true;
                            break;
                    }
                }

                if (open == 0) return;
                pc = _open[--open];
            }
        }

        public int[] Sorted()
        {
            var at = Found.ToArray();
            Array.Sort(at);
            return at;
        }

        public bool MatchesAtEnd(int[] from, bool atStart)
        {
            Begin();
            foreach (var pc in from)
            {
                if (program[pc].Op == PatternProgram.Op.End) Add(pc, atStart, atEnd: true);
            }

            return Matches;
        }
    }
}
