namespace Busker.Catalog.Compiled;

/// <summary>
/// A value of any feature in 16 bytes. <paramref name="Number"/> is 0 or 1 for a flag, the place among the choices for a
/// choice, the number for a number, and the limit for a cap (<see cref="CapRule.Unlimited"/> for none).
/// </summary>
public readonly record struct Cell(long Number, CapRule? Cap = null)
{
    public bool IsOn => Number != 0;
}
