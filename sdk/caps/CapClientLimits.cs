namespace Busker.Caps;

/// <summary>How a <see cref="CapClient"/> gathers.</summary>
/// <param name="BatchMax">Consumptions in one message, 1 to 1000.</param>
/// <param name="InFlightMax">Messages on their way at once, each on a connection of its own.</param>
public sealed record CapClientLimits(int BatchMax = 256, int InFlightMax = 2);
