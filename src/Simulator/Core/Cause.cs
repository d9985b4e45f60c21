namespace Busker.Simulator.Core;

/// <summary>
/// Why something happens: a request, or something that a request scheduled. Ids made meanwhile follow from it, so they depend on
/// the history of one lane alone and not on what other lanes did in between.
/// </summary>
internal sealed class Cause(string lane, Seed seed)
{
    private readonly Seed _seed = seed;
    private int _ids;
    private uint _children;

    /// <summary>The lane of the request at the root, or empty.</summary>
    public string Lane { get; } = lane;

    public static Cause Of(string lane, Draw draw) => new(lane, Seed.Of(draw));

    /// <summary>The seed of the cause, in the same lane, of what this one leads to later.</summary>
    public Seed Next() => Seed.Of(Draw.Of(_seed.High ^ ++_children, _seed.Low, "then"));

    /// <summary>The next of its ids, or so many of them in a row, to be written when they are read.</summary>
    public Mint Mint(int ids = 1)
    {
        var first = _ids + 1;
        _ids += ids;
        return new Mint(_seed, first);
    }

    public string NewId(string prefix, int length) => Mint().Text(prefix, length);
}

/// <summary>What an id is written from: smaller than the id, and no object.</summary>
internal readonly record struct Mint(Seed Seed, int Number)
{
    public string Text(string prefix, int length) => Ids.Text(prefix, length, Seed.High, Seed.Low, Number);

    /// <summary>One of those that were taken in a row with it.</summary>
    public Mint After(int further) => this with { Number = Number + further };
}

/// <summary>What the ids of a cause follow from.</summary>
internal readonly record struct Seed(ulong High, ulong Low)
{
    public static Seed Of(Draw draw) => new(draw.Next(), draw.Next());
}
