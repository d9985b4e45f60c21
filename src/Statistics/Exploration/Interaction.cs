using Busker.Kernel;
using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;

namespace Busker.Statistics.Exploration;

/// <summary>
/// Whether two experiments that ran on the same units changed each other's effect, and whether their assignments were independent. Cell (i, j) holds the units in arm i of the first and arm j of
/// the second; arm 0 is the control. Contrasts m_ij − m_i0 − m_0j + m_00 are zero without interaction; a Wald test takes them together.
/// </summary>
public sealed record Interaction(Estimate[,] Contrasts, double PValue, double IndependencePValue)
{
    public static Result<Interaction> Of(ArmMean[,] cells, string what = "metric")
    {
        var (rows, columns) = (cells.GetLength(0), cells.GetLength(1));
        if (rows < 2 || columns < 2) return Refusals.Wrong("cells", "An interaction needs two or more arms in both experiments.");
        foreach (var cell in cells)
        {
            if (cell.Refused(what) is { } fault) return fault;
        }

        if (cells.Cast<ArmMean>().All(c => c.Variance == 0)) return Refusals.NoVariance(what);
        var count = (rows - 1) * (columns - 1);
        var (values, covariance) = (new double[count], new double[count, count]);
        for (var a = 0; a < count; a++)
        {
            var (i, j) = (1 + (a / (columns - 1)), 1 + (a % (columns - 1)));
            values[a] = cells[i, j].Mean - cells[i, 0].Mean - cells[0, j].Mean + cells[0, 0].Mean;
            for (var b = 0; b < count; b++)
            {
                var (k, l) = (1 + (b / (columns - 1)), 1 + (b % (columns - 1)));
                covariance[a, b] = cells[0, 0].Uncertainty
                    + (i == k ? cells[i, 0].Uncertainty : 0) + (j == l ? cells[0, j].Uncertainty : 0)
                    + (i == k && j == l ? cells[i, j].Uncertainty : 0);
            }
        }

        if (Symmetric.Solve(covariance, values) is not { } solved) return Refusals.NoVariance(what);
        var wald = solved.Zip(values, (s, v) => s * v).Sum();
        var contrasts = new Estimate[rows - 1, columns - 1];
        for (var a = 0; a < count; a++)
        {
            contrasts[a / (columns - 1), a % (columns - 1)] = new Estimate(values[a], Math.Sqrt(covariance[a, a]), double.PositiveInfinity);
        }

        return new Interaction(contrasts, ChiSquare.Upper(wald, count), Independence(cells, rows, columns));
    }

    // Pearson's χ² of the counts: dependent assignments would confound the two experiments.
    private static double Independence(ArmMean[,] cells, int rows, int columns)
    {
        var (row, column, total, chi) = (new double[rows], new double[columns], 0.0, 0.0);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                row[i] += cells[i, j].Units;
                column[j] += cells[i, j].Units;
                total += cells[i, j].Units;
            }
        }

        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var expected = row[i] * column[j] / total;
                chi += (cells[i, j].Units - expected) * (cells[i, j].Units - expected) / expected;
            }
        }

        return ChiSquare.Upper(chi, (rows - 1) * (columns - 1));
    }
}
