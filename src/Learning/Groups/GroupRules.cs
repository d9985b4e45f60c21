namespace Busker.Learning.Groups;

/// <summary>How the tastes of several listeners become one list.</summary>
public enum GroupStrategy
{
    /// <summary>Members take turns at their own best, next the one served least so far: both happiest on average and worst off.</summary>
    RoundRobin,

    /// <summary>The highest of the members' utilities.</summary>
    MostPleasure,

    /// <summary>The mean of the members' utilities.</summary>
    Average,

    /// <summary>The lowest of the members' utilities.</summary>
    LeastMisery,

    /// <summary>The lowest sum of the members' ranks.</summary>
    Borda,

    /// <summary>The highest sum of 1/(60 + rank) (reciprocal rank fusion).</summary>
    ReciprocalRank,

    /// <summary>Item by item, the one that lifts the product of what the members have in the list so far most (Nash welfare).</summary>
    Nash,

    /// <summary>One listener who has heard what any of the members has heard; needs that listener's scores.</summary>
    Joined,
}

/// <summary>What makes the scores of different members comparable. Turns and ranks need none.</summary>
public enum GroupScale
{
    /// <summary>The share of the catalogue the member likes less, 0 to 1.</summary>
    Percentile,

    /// <summary>The score over the member's highest score.</summary>
    Greatest,

    /// <summary>The score as it is.</summary>
    Raw,
}

/// <summary>What a shared list is made by.</summary>
public sealed record GroupRules(GroupStrategy Strategy = GroupStrategy.RoundRobin, GroupScale Scale = GroupScale.Percentile)
{
    /// <summary>
    /// Whether nothing is listed that any member must not get (knows already). Without it, what one member knows may be listed for another
    /// to whom it is new, as friends do who show each other what they know; what all know is never listed.
    /// </summary>
    public bool NewToAll { get; init; }

    /// <summary>Share of the list, from its start, given to what everybody ranks above the 90th percentile.</summary>
    public double Bridge { get; init; }

    /// <summary>With <see cref="CreatorCap"/>, at most that many items of one creator.</summary>
    public Func<int, int>? CreatorOf { get; init; }

    public int CreatorCap { get; init; } = int.MaxValue;

    /// <summary>Turns, and everything that is done instead of them, each on the scale it does best with.</summary>
    public static IReadOnlyList<GroupRules> Alternatives { get; } =
    [
        new(), new(GroupStrategy.MostPleasure, GroupScale.Greatest), new(GroupStrategy.Average, GroupScale.Raw), new(GroupStrategy.Average, GroupScale.Greatest),
        new(GroupStrategy.LeastMisery, GroupScale.Greatest), new(GroupStrategy.Borda), new(GroupStrategy.ReciprocalRank), new(GroupStrategy.Joined),
        new(GroupStrategy.Nash, GroupScale.Greatest),
    ];

    /// <summary>Strategy, and the scale where it matters.</summary>
    public string Name => Strategy is GroupStrategy.MostPleasure or GroupStrategy.Average or GroupStrategy.LeastMisery or GroupStrategy.Nash ? $"{Strategy} ({Scale})" : $"{Strategy}";
}

/// <summary>One place of a group's list.</summary>
/// <param name="Item">The item.</param>
/// <param name="Contributor">The member whom it serves most.</param>
/// <param name="Utility">Each member's utility of it: the share of the catalogue the member likes less, 0 to 1.</param>
public readonly record struct GroupPick(int Item, int Contributor, float[] Utility);
