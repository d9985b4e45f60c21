using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>Which rows a tree sees: all, a random share, or the largest gradients and a share of the rest (Ke et al. 2017).</summary>
internal sealed class RowSampler(int rows, BoostOptions options)
{
    public bool Samples => options.RowFraction < 1 || options.TopFraction > 0;

    public void Draw(int tree, Gradients gradients, RowSet into)
    {
        var rng = new Rng(options.Seed).Fork(0x5A).Fork((ulong)tree);
        if (options.TopFraction > 0) into.Fill(LargestAndSome(gradients, rng));
        else if (options.RowFraction < 1) into.Fill(rng.Sample(rows, Math.Max(1, (int)(rows * options.RowFraction))));
        else into.Fill(rows);
    }

    private int[] LargestAndSome(Gradients gradients, Rng rng)
    {
        var sizes = Array.ConvertAll(gradients.Raw, Math.Abs);
        var order = Enumerable.Range(0, rows).ToArray();
        Array.Sort(order, (a, b) => sizes[b].CompareTo(sizes[a]) is var c and not 0 ? c : a.CompareTo(b));
        var top = (int)(rows * options.TopFraction);
        var others = rng.Sample(rows - top, (int)(rows * options.OtherFraction));
        int[] rest = [.. others.Select(i => order[top + i])];
        gradients.Amplify(rest, (float)((rows - top) / (double)rest.Length));
        int[] chosen = [.. order.Take(top), .. rest];
        Array.Sort(chosen);
        return chosen;
    }
}
