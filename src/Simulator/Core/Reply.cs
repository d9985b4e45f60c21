namespace Busker.Simulator.Core;

/// <summary>How a reply leaves the socket.</summary>
internal enum Ending
{
    /// <summary>Whole.</summary>
    Sent,

    /// <summary>The connection is cut without a byte.</summary>
    Cut,

    /// <summary>Half of it, then the connection is cut.</summary>
    Half,

    /// <summary>Nothing, for ever.</summary>
    Silence,
}

internal readonly record struct Reply(Answer Answer, Ending Ending, JournalLine? Line = null);
