namespace Busker.Kernel;

/// <summary>An exact amount in a currency's smallest unit. 10.99 USD is <c>new Money(1099, "USD")</c>.</summary>
public readonly record struct Money(long Minor, string Currency)
{
    public static Money operator +(Money left, Money right) => new(left.Minor + right.Minor, Same(left, right));
    public static Money operator -(Money left, Money right) => new(left.Minor - right.Minor, Same(left, right));
    public static Money operator -(Money value) => value with { Minor = -value.Minor };

    public static Money Add(Money left, Money right) => left + right;
    public static Money Subtract(Money left, Money right) => left - right;
    public static Money Negate(Money value) => -value;

    public bool IsPositive => Minor > 0;

    private static string Same(Money left, Money right) =>
        left.Currency == right.Currency
            ? left.Currency
            : throw new InvariantException($"cannot mix {left.Currency} and {right.Currency}");
}
