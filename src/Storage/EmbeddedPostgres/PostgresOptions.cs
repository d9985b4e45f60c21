namespace Busker.Storage;

/// <summary>Where the embedded server lives and what it is made from.</summary>
/// <param name="Home">The state directory (<c>.busker</c>): data in <c>postgres/</c>, log, port and password beside it.</param>
public sealed record PostgresOptions(string Home)
{
    /// <summary>The directory of <c>engines/package.json</c>. Without installed engines the system's PostgreSQL serves.</summary>
    public string? Engines { get; init; }

    /// <summary>
    /// A file whose holders (shared lock) keep the server alive together. Without it the server lives exactly as long as
    /// the process that started it.
    /// </summary>
    public string? SharedBy { get; init; }

    /// <summary>Settings on top of the ones tuned for this machine, by their PostgreSQL names.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Told each step in a few words ("starting PostgreSQL 18").</summary>
    public Action<string> Progress { get; init; } = _ => { };
}
