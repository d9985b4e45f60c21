namespace Busker.Simulator.Core;

/// <summary>
/// Why something happens: a request, or something that a request scheduled. Ids made meanwhile follow from it, so they depend on
/// the history of one lane alone and not on what other lanes did in between.
/// </summary>
internal sealed class Cause
{
    private readonly ulong _high;
    private readonly ulong _low;
    private int _ids;
    private uint _children;

    private Cause(string lane, ulong high, ulong low) => (Lane, _high, _low) = (lane, high, low);

    /// <summary>The lane of the request at the root, or empty.</summary>
    public string Lane { get; }

    public static Cause Of(string lane, Draw draw) => new(lane, draw.Next(), draw.Next());

    /// <summary>What this one leads to later.</summary>
    public Cause Next()
    {
        var draw = Draw.Of(_high ^ ++_children, _low, "then");
        return new Cause(Lane, draw.Next(), draw.Next());
    }

    public string NewId(string prefix, int length) => Ids.Text(prefix, length, _high, _low, ++_ids);
}
