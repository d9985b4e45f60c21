namespace Busker.Simulator.Town;

/// <summary>One thing a listener put on.</summary>
/// <param name="At">Seconds since Monday, 00:00.</param>
/// <param name="Seconds">How much of it was heard; at least 1.</param>
/// <param name="Audiobook">A chapter rather than a track.</param>
/// <param name="Skipped">Left early.</param>
public readonly record struct Play(long At, int Listener, int Item, int Seconds, bool Audiobook, bool Skipped);
