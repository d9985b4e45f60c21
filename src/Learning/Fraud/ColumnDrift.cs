using Busker.Learning.Decide;
using Busker.Learning.Numbers;

namespace Busker.Learning.Fraud;

/// <summary>Population stability of one column between the training and the test rows of a fold.</summary>
public sealed record ColumnDrift(string Column, DriftScore Psi, DriftScore Ks)
{
    internal static IReadOnlyList<ColumnDrift> Of(Table table, Fold fold) =>
        [.. table.Names.Select((name, c) =>
        {
            var drift = new Drift(Array.ConvertAll(fold.Train, r => table.Columns[c][r]));
            var current = Array.ConvertAll(fold.Test, r => table.Columns[c][r]);
            return new ColumnDrift(name, drift.Psi(current), drift.Ks(current));
        })];
}
