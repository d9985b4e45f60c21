using Busker.Learning.Evaluate;

namespace Busker.Learning.Recs;

/// <summary>What is to be as high as possible on validation.</summary>
public enum RecsGoal
{
    Ndcg100,
    Ndcg20,
}

internal static class RecsGoals
{
    public static Estimate Of(this RecsGoal goal, RankingReport report) => goal == RecsGoal.Ndcg20 ? report.Ndcg20 : report.Ndcg100;

    public static int Depth(this RecsGoal goal) => goal == RecsGoal.Ndcg20 ? 20 : 100;
}
