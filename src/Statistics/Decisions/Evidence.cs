using Busker.Statistics.Effects;

namespace Busker.Statistics.Decisions;

/// <summary>One metric of one treatment at one look: the absolute effect over the control, the control's mean, and the units of all arms together.</summary>
public readonly record struct Reading(Estimate Effect, double ControlMean, double Units);

/// <summary>What the looks have shown of one treatment: per metric the readings in order, and whether the sample ratio alarm was raised.</summary>
public sealed record TreatmentEvidence(string Treatment, IReadOnlyDictionary<string, Reading[]> Readings, bool SampleRatioAlarm, double SampleRatioPValue);

/// <summary>A leaf's answer with its numbers. Holds is final for a refuted veto and for a shown question.</summary>
public sealed record LeafOutcome(LeafBudget Budget, bool Holds, Reading? Latest, Interval Interval, string Sentence)
{
    /// <summary>The look (from 0) at which the question was settled; null while open.</summary>
    public int? Look { get; init; }

    /// <summary>Stage-wise p-value and median-unbiased effect when a group-sequential test settled it.</summary>
    public Sequential.AfterStopping? AfterStopping { get; init; }
}

public enum Verdict
{
    KeepRunning,
    Ship,
    DoNotShip,
}

/// <summary>The decision on one treatment: a verdict, one sentence, and the reasons.</summary>
public sealed record Decision(string Treatment, Verdict Verdict, string Sentence, IReadOnlyList<LeafOutcome> Outcomes);
