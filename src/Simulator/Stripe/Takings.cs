namespace Busker.Simulator.Stripe;

/// <summary>The balance transaction of a charge's money.</summary>
internal sealed class Takings(string id, object created, Thing charge, (long Amount, long Fee) money, Thing[]? feeDetails, TimeSpan waits) : Sketch
{
    private readonly string _charge = charge.Id;
    private readonly string? _description = charge.Text("description");
    private bool _waits = waits > TimeSpan.Zero;

    public string Currency { get; } = charge.Text("currency")!;
    public override string Id(string kind) => id;

    public long Net => money.Amount - money.Fee;

    /// <summary>The money has become available.</summary>
    public void Release()
    {
        _waits = false;
        if (Made is { } made) made["status"] = "available";
    }

    protected override Thing Make()
    {
        var made = new Thing("balance_transaction")
        {
            ["id"] = id, ["created"] = created, ["type"] = "charge", ["reporting_category"] = "charge",
            ["amount"] = money.Amount, ["fee"] = money.Fee, ["net"] = Net, ["currency"] = Currency, ["source"] = _charge, ["description"] = _description,
            ["available_on"] = (long)created + (long)waits.TotalSeconds, ["status"] = _waits ? "pending" : "available",
        };
        if (feeDetails is not null) made["fee_details"] = feeDetails;
        return made;
    }
}
