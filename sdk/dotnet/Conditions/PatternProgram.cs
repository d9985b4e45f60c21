namespace Busker.Flags.Conditions;

/// <summary>
/// A regex as a nondeterministic automaton (Thompson's construction) over classes of characters: code units that no set of
/// the regex tells apart.
/// </summary>
internal sealed class PatternProgram
{
    public enum Op
    {
        /// <summary>Takes a character of set X.</summary>
        Set,
        /// <summary>Goes on at X and at Y.</summary>
        Split,
        Start,
        End,
        Match,
    }

    private readonly List<(Op Op, int X, int Y)> _code = [];
    private readonly (Op Op, int X, int Y)[] _program;
    private readonly int[] _edges;
    private readonly int[] _classes;
    private readonly bool[][] _sets;
    private readonly byte[] _ascii = new byte[128];

    public PatternProgram(PatternNode root, CharSet[] sets)
    {
        Emit(root);
        _code.Add((Op.Match, 0, 0));
        _program = [.. _code];
        _edges = [.. sets.SelectMany(s => s.Runs.ToArray().Select((edge, i) => edge + (i & 1))).Append(0).Distinct().Order()];
        var signatures = new Dictionary<string, int>();
        _classes = new int[_edges.Length];
        for (var i = 0; i < _edges.Length; i++)
        {
            var signature = string.Create(sets.Length, (sets, edge: _edges[i]), static (span, s) =>
            {
                for (var k = 0; k < span.Length; k++) span[k] = s.sets[k].Contains(s.edge) ? '1' : '0';
            });
            if (!signatures.TryGetValue(signature, out _classes[i])) signatures[signature] = _classes[i] = signatures.Count;
        }

        _sets = [.. sets.Select((_, k) => signatures.OrderBy(s => s.Value).Select(s => s.Key[k] == '1').ToArray())];
        Classes = signatures.Count;
        for (var c = 0; c < 128; c++) _ascii[c] = (byte)Search(c);
    }

    /// <summary>How many classes of characters there are.</summary>
    public int Classes { get; }

    public int Length => _program.Length;

    public ref readonly (Op Op, int X, int Y) this[int pc] => ref _program[pc];

    public bool Takes(int pc, int characterClass) => _program[pc].Op == Op.Set && _sets[_program[pc].X][characterClass];

    public int ClassOf(char c) => c < 128 && Classes <= 256 ? _ascii[c] : Search(c);

    private int Search(int c)
    {
        int low = 0, high = _edges.Length;
        while (high - low > 1)
        {
            var middle = (low + high) >>> 1;
            if (_edges[middle] <= c) low = middle;
            else high = middle;
        }

        return _classes[low];
    }

    private void Emit(PatternNode node)
    {
        switch (node.Kind)
        {
            case PatternNode.Kinds.Set: _code.Add((Op.Set, node.Set, 0)); break;
            case PatternNode.Kinds.Start: _code.Add((Op.Start, 0, 0)); break;
            case PatternNode.Kinds.End: _code.Add((Op.End, 0, 0)); break;
            case PatternNode.Kinds.Sequence: foreach (var part in node.Parts!) Emit(part); break;
            case PatternNode.Kinds.Alternatives: EmitAlternatives(node.Parts!); break;
            default: EmitRepeat(node.Parts![0], node.Min, node.Max); break;
        }
    }

    private void EmitAlternatives(PatternNode[] parts)
    {
        var jumps = new List<int>();
        for (var i = 0; i < parts.Length - 1; i++)
        {
            var split = Hole();
            Emit(parts[i]);
            jumps.Add(Hole());
            _code[split] = (Op.Split, split + 1, _code.Count);
        }

        Emit(parts[^1]);
        foreach (var jump in jumps) _code[jump] = (Op.Split, _code.Count, _code.Count);
    }

    // x{2,4} is x x (x (x)?)?; x{2,} is x x+.
    private void EmitRepeat(PatternNode body, int min, int max)
    {
        var copy = _code.Count;
        for (var i = 0; i < min; i++)
        {
            copy = _code.Count;
            Emit(body);
        }

        if (max < 0 && min > 0)
        {
            _code.Add((Op.Split, copy, _code.Count + 1));
            return;
        }

        var splits = new List<int>();
        for (var i = min; i < Math.Max(max, min + (max < 0 ? 1 : 0)); i++)
        {
            splits.Add(Hole());
            Emit(body);
        }

        if (max < 0) _code.Add((Op.Split, splits[0], splits[0]));
        foreach (var split in splits) _code[split] = (Op.Split, split + 1, _code.Count);
    }

    private int Hole()
    {
        _code.Add(default);
        return _code.Count - 1;
    }
}
