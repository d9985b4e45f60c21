using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Trees;

public sealed class BinMapTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(254)]
    public void A_code_is_the_number_of_cuts_below_the_value_on_every_path(int cuts)
    {
        var rng = new Rng((ulong)cuts + 1);
        double[] sorted = [.. Enumerable.Range(0, cuts).Select(_ => Math.Round(rng.NextGaussian(), 3)).Distinct().Order()];
        double[] values = [double.NaN, -1e300, 1e300, 0, -0.0, .. sorted, .. sorted.Select(Math.BitIncrement), .. Enumerable.Range(0, 300).Select(_ => rng.NextGaussian())];
        var column = new BinColumn { Cuts = sorted, Categories = null };
        byte[] expected = [.. values.Select(v => (byte)(double.IsNaN(v) ? column.Values : sorted.Count(cut => cut < v)))];
        Span<double> padded = new double[256];
        padded.Fill(double.PositiveInfinity);
        sorted.CopyTo(padded);
        var (codes, wide, plain) = (new byte[values.Length], new byte[values.Length], new byte[values.Length]);
        column.Encode(values, codes);
        BinColumn.EncodeWide(padded, values, wide, (byte)column.Values);
        BinColumn.EncodePlain(padded, values, plain, (byte)column.Values);
        codes.ShouldBe(expected);
        wide.ShouldBe(expected);
        plain.ShouldBe(expected);
    }
}
