namespace Busker.Learning.Decide;

/// <summary>What every measure of scores against labels asks for; rows are counted from 1 in messages.</summary>
internal static class ScoreCheck
{
    /// <summary>As many labels as scores, and every score a number (infinities have their place in an order).</summary>
    public static void Ordered(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels)
    {
        if (scores.Length != labels.Length) throw new ArgumentException($"{scores.Length} scores and {labels.Length} labels", nameof(labels));
        for (var r = 0; r < scores.Length; r++)
        {
            if (double.IsNaN(scores[r])) throw new ArgumentException($"row {r + 1}: the score is not a number", nameof(scores));
        }
    }

    /// <summary>The same, with at least one row and finite scores.</summary>
    public static void Finite(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels)
    {
        Ordered(scores, labels);
        if (scores.IsEmpty) throw new ArgumentException("there are no rows to fit on", nameof(scores));
        for (var r = 0; r < scores.Length; r++)
        {
            if (!double.IsFinite(scores[r])) throw new ArgumentException($"row {r + 1}: the score {scores[r]} is not finite", nameof(scores));
        }
    }
}
