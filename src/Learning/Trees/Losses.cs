namespace Busker.Learning.Trees;

/// <summary>The loss of some options over some examples.</summary>
internal static class Losses
{
    public static ILoss Of(Examples examples, BoostOptions options)
    {
        var weights = examples.Weights;
        if (options.PositiveWeight != 1)
        {
            weights = [.. examples.Labels.Select((y, r) => (weights?[r] ?? 1) * (y > 0.5 ? options.PositiveWeight : 1))];
        }

        return options.Loss switch
        {
            Loss.Logistic => new LogisticLoss(examples.Labels, weights),
            Loss.Squared => new SquaredLoss(examples.Labels, weights),
            Loss.Poisson => new PoissonLoss(examples.Labels, weights),
            _ => new LambdaMartLoss(examples.Labels, weights, examples.Bounds!, options.RankDepth),
        };
    }

    public static Link LinkOf(Loss loss) => loss switch
    {
        Loss.Logistic => Link.Logistic,
        Loss.Poisson => Link.Exponential,
        _ => Link.Identity,
    };
}
