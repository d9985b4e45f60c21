namespace Busker.Simulator.Stripe;

/// <summary>Money on its way to the merchant's balance.</summary>
internal interface IPending
{
    string Currency { get; }

    /// <summary>Minor units, fees off.</summary>
    long Net { get; }

    /// <summary>The money has become available.</summary>
    void Release();
}

/// <summary>What a charge brought in; amounts in minor units, times in seconds.</summary>
/// <param name="Delayed">It becomes available only after two days.</param>
internal readonly record struct Income(string Charge, string? Description, string Currency, long Amount, long Fee, long Created, bool Delayed)
{
    public long Net => Amount - Fee;
}

/// <summary>The balance transaction of a charge's money.</summary>
internal sealed class Takings(Balances balances, string id, Income income) : Sketch, IPending
{
    private bool _waits = income.Delayed;

    public string Currency => income.Currency;
    public long Net => income.Net;

    public override string Id(string kind) => id;

    public void Release()
    {
        _waits = false;
        if (Made("balance_transaction") is { } made) made["status"] = "available";
    }

    protected override Thing Make() => balances.Show(id, income, _waits);
}
