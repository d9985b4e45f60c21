using Busker.Learning.Recommend;

namespace Busker.Learning.Data;

/// <summary>Plays with their times, oldest first, for splits by time and for what is popular now. Times in days.</summary>
public sealed record TimedPlays(int[] User, int[] Item, double[] Day);

/// <summary>
/// Who listened to what, split within each listener into training, validation and test, with what else is known of items and listeners.
/// Users and items are numbered densely; the ids of the source are kept beside.
/// </summary>
public sealed record RecsSet(string Name, Interactions Train, Interactions Validation, Interactions Test)
{
    /// <summary>Ids of the listeners at the source, in the order of their numbers here.</summary>
    public required int[] UserIds { get; init; }

    /// <summary>Ids of the items at the source, in the order of their numbers here.</summary>
    public required int[] ItemIds { get; init; }

    /// <summary>Fold of each listener, for tests on listeners nobody has trained on.</summary>
    public int[]? Folds { get; init; }

    /// <summary>What is to be predicted of a listener of a test fold; the rest of the listener's rows is the history.</summary>
    public Interactions? Held { get; init; }

    /// <summary>Items × tags with counts.</summary>
    public Interactions? Contents { get; init; }

    /// <summary>Pairs of listeners who know each other.</summary>
    public (int A, int B)[] Friends { get; init; } = [];

    /// <summary>Creator of each item.</summary>
    public int[]? Creators { get; init; }

    /// <summary>Single plays with their times, when the source has them.</summary>
    public TimedPlays? Plays { get; init; }

    public int Users => Train.Users;
    public int Items => Train.Items;

    /// <summary>What a final model is fitted on.</summary>
    public Interactions TrainAndValidation { get; } = Interactions.Union(Train, Validation);

    /// <summary>
    /// What to choose on: the pairs that are not test, split anew so that as large a share is held out as the test holds. A smaller
    /// validation part rewards another balance of head and tail than the test does.
    /// </summary>
    public (Interactions Train, Interactions Validation) ForChoosing()
    {
        var share = Test.Count / (double)(TrainAndValidation.Count + Test.Count);
        return Evaluate.Splits.Random(TrainAndValidation, share, new Numbers.Rng(11));
    }

    /// <summary>Training, validation and test together.</summary>
    public Interactions All => Interactions.Union(TrainAndValidation, Test);
}
