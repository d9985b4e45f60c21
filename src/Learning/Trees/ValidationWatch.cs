using Busker.Learning.Decide;
using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>Follows the validation rows tree by tree and remembers where the score was best.</summary>
internal sealed class ValidationWatch
{
    private readonly Examples _examples;
    private readonly BinMap _map;
    private readonly BinnedTable _codes;
    private readonly BoostOptions _options;
    private readonly Crew _crew;
    private readonly ILoss _loss;
    private readonly double[] _margins;
    private double _bestScore = double.NegativeInfinity;
    private int _trees;

    public ValidationWatch(Examples examples, BinMap map, BoostOptions options, double start, Crew crew)
    {
        (_examples, _map, _options, _crew) = (examples, map, options, crew);
        _codes = BinnedTable.Of(examples.Table, map, crew);
        _loss = Losses.Of(examples, options with { PositiveWeight = 1 });
        _margins = new double[examples.Rows];
        Array.Fill(_margins, start);
    }

    /// <summary>Number of trees at the best score.</summary>
    public int Best { get; private set; }

    public int SinceBest => _trees - Best;

    public double Add(TreeDraft draft)
    {
        _crew.Ranges(_margins.Length, 4096, (from, to) =>
        {
            for (var r = from; r < to; r++) _margins[r] += draft.Value(draft.LeafOf(_codes, _map, r));
        });
        _trees++;
        var score = Score();
        if ((_options.StopOn == StopOn.Loss ? -score : score) is var better && better > _bestScore) (_bestScore, Best) = (better, _trees);
        return score;
    }

    private double Score() => _options.StopOn switch
    {
        StopOn.Auc => RankMetrics.Auc(_margins, _examples.Labels, _examples.Weights),
        StopOn.AveragePrecision => RankMetrics.AveragePrecision(_margins, _examples.Labels, _examples.Weights),
        _ => _loss.Mean(_margins),
    };
}
