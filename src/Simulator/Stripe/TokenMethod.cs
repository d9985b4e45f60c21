namespace Busker.Simulator.Stripe;

/// <summary>The payment method that a test token made for one charge.</summary>
internal sealed class TokenMethod(string id, object created, Instrument instrument, Thing shown) : Sketch
{
    public override string Id(string kind) => id;

    /// <summary>For reading only: the payment method itself stays a draft.</summary>
    public Thing Describe(Instrument with) => new("payment_method") { ["id"] = id, ["created"] = created, ["card"] = shown, Hidden = with };

    protected override Thing Make() => Describe(new Instrument(instrument.Card, instrument.Test, null) { SetUp = instrument.SetUp });
}
