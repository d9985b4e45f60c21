using Google.Protobuf;

namespace Busker.Storage;

/// <summary>
/// One group of readers with a cursor of its own. The handler gets the cursor's transaction: what it writes there takes
/// effect exactly once. What it does elsewhere may happen again after a crash; <see cref="Inbox"/> remembers those.
/// A fact that keeps failing is parked with the later ones of its key, and the others go on.
/// </summary>
public sealed record Subscription
{
    private Subscription(string name, IReadOnlyList<string> kinds, Func<Tx, IReadOnlyList<Fact>, CancellationToken, Task> handle) =>
        (Name, Kinds, HandleAsync) = (name, kinds, handle);

    /// <summary>The cursor's name: <c>entitlements.on_catalog_published</c>. Renaming it starts from the beginning.</summary>
    public string Name { get; }

    public IReadOnlyList<string> Kinds { get; }

    /// <summary>Tries of one fact before it is parked.</summary>
    public int AttemptsMax { get; init; } = 5;

    /// <summary>Facts handed over at once.</summary>
    public int BatchMax { get; init; } = 500;

    internal Func<Tx, IReadOnlyList<Fact>, CancellationToken, Task> HandleAsync { get; }

    /// <summary>One kind, one fact at a time: <c>Subscription.To&lt;CatalogPublished&gt;("…", on.HandleAsync)</c>.</summary>
    public static Subscription To<T>(string name, Func<Tx, Fact, T, CancellationToken, Task> handle) where T : IMessage<T>, new() =>
        new(name, [new T().Descriptor.FullName], async (tx, facts, ct) =>
        {
            foreach (var fact in facts) await handle(tx, fact, fact.Read<T>(), ct);
        });

    /// <summary>Several kinds (empty: all), as the set that was read, for handlers that write sets.</summary>
    public static Subscription ToSet(
        string name, IReadOnlyList<string> kinds, Func<Tx, IReadOnlyList<Fact>, CancellationToken, Task> handle) =>
        new(name, kinds, handle);
}
