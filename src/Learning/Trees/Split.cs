namespace Busker.Learning.Trees;

/// <summary>A set of up to 256 category codes.</summary>
internal struct CodeSet
{
    private ulong _a, _b, _c, _d;

    public void Add(int code)
    {
        switch (code >> 6)
        {
            case 0: _a |= 1UL << code; break;
            case 1: _b |= 1UL << code; break;
            case 2: _c |= 1UL << code; break;
            default: _d |= 1UL << code; break;
        }
    }

    public readonly bool Has(int code) => (((code >> 6) switch { 0 => _a, 1 => _b, 2 => _c, _ => _d } >> code) & 1) != 0;
}

/// <summary>The best way found to divide a leaf. Sums are in fixed point, of the left side.</summary>
internal struct Split
{
    public double Gain;
    public int Feature;
    public int Bin;
    public bool MissingLeft;
    public bool Categorical;
    public CodeSet Codes;
    public long Gradient;
    public long Hessian;
    public int Count;

    public static Split None => new() { Gain = double.NegativeInfinity, Feature = -1 };

    public readonly bool GoesLeft(byte code, int missing) =>
        Categorical ? Codes.Has(code) : code == missing ? MissingLeft : code <= Bin;
}

/// <summary>A leaf being grown: its rows, its sums, and the values its monotone ancestors allow.</summary>
internal sealed class Leaf
{
    public required int Node { get; init; }
    public required int From { get; init; }
    public required int To { get; init; }
    public required int Depth { get; init; }
    public required long Gradient { get; init; }
    public required long Hessian { get; init; }
    public double Low { get; init; } = double.NegativeInfinity;
    public double High { get; init; } = double.PositiveInfinity;

    /// <summary>Columns that may split here; null = all.</summary>
    public bool[]? Allowed { get; set; }

    /// <summary>Columns on the path, kept only under interaction constraints.</summary>
    public int[] Path { get; init; } = [];

    public long[]? Sums { get; set; }
    public Split Best = Split.None;

    public int Count => To - From;
}
