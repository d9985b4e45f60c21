using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>Mean prediction when one column is set to each value of a grid and the others stay as they are (Friedman 2001).</summary>
public static class PartialDependence
{
    /// <summary>Grid of at most <paramref name="points"/> quantiles of the column, and the mean response at each.</summary>
    public static (double[] Grid, double[] Mean) Of(TreeModel model, Table rows, int feature, int points, Lanes lanes)
    {
        double[] sorted = [.. rows.Columns[feature].Where(v => !double.IsNaN(v)).Order()];
        double[] grid = sorted.Length == 0
            ? []
            : [.. Enumerable.Range(0, points).Select(i => sorted[(int)((long)i * (sorted.Length - 1) / Math.Max(1, points - 1))]).Distinct()];
        var means = new double[grid.Length];
        lanes.For(grid.Length, g =>
        {
            var row = new double[rows.Width];
            double sum = 0;
            for (var r = 0; r < rows.Rows; r++)
            {
                rows.RowInto(r, row);
                row[feature] = grid[g];
                sum += model.Predictor.Predict(row);
            }

            means[g] = sum / rows.Rows;
        });
        return (grid, means);
    }
}
