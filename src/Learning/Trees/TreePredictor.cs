using System.Runtime.CompilerServices;
using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>
/// A model compiled to flat arrays: no allocation, no lock, any number of threads. Gives exactly
/// <see cref="TreeModel.Margin"/>. Rows hold the model's columns in order.
/// </summary>
public sealed class TreePredictor
{
    private const int Piece = 1024;
    private readonly TreeModel _model;
    private readonly MaskedTrees? _masked;
    private readonly PackedTrees? _packed;

    internal TreePredictor(TreeModel model)
    {
        (_model, _masked) = (model, MaskedTrees.Of(model));
        if (_masked is null) _packed = PackedTrees.Of(model);
    }

    /// <summary>Base score plus the leaf values of a row; allocates nothing.</summary>
    public double Margin(ReadOnlySpan<double> row)
    {
        if (row.Length < _model.Features.Length) Refuse(row.Length);
        return _masked is not null ? _masked.Margin(row) : _packed is not null ? _packed.Margin(row) : _model.Margin(row);
    }

    /// <summary>Probability, mean or value, by the model's link.</summary>
    public double Predict(ReadOnlySpan<double> row) => _model.Respond(Margin(row));

    /// <summary>Margins of all rows of a table whose columns are the model's, in order.</summary>
    public void Margins(Table table, double[] into, Lanes lanes) =>
        lanes.Ranges(table.Rows, Piece, (from, to) => Some(table, into, from, to));

    [SkipLocalsInit]
    private void Some(Table table, double[] into, int from, int to)
    {
        const int Together = 16;
        var width = table.Width;
        Span<double> rows = width <= 128 ? stackalloc double[width * Together] : new double[width * Together];
        for (var start = from; start < to; start += Together)
        {
            // Columns to rows, a few at a time, so that each cache line of a column is read once.
            var count = Math.Min(Together, to - start);
            for (var c = 0; c < width; c++)
            {
                var column = table.Columns[c].AsSpan(start, count);
                for (var i = 0; i < count; i++) rows[i * width + c] = column[i];
            }

            for (var i = 0; i < count; i++) into[start + i] = Margin(rows.Slice(i * width, width));
        }
    }

    private void Refuse(int length) =>
        throw new ArgumentException($"a row of {length} values for a model of {_model.Features.Length} columns");
}
