using Busker.Kernel;

namespace Busker.Simulator.Core;

/// <summary>
/// The provider-neutral bookkeeping of payments: every provider tells its money story through these moves, and the
/// truth (<c>GET /_sim/charges</c>) is what was told here. Breaking an invariant is a bug of the provider's code.
/// </summary>
internal sealed class Till(Books books)
{
    private readonly Roll<Charge> _charges = new();

    public IReadOnlyList<Charge> Charges => _charges;

    public Books Books { get; } = books;

    internal Charge Open(Charge charge)
    {
        _charges.Add(charge);
        return charge;
    }

    /// <summary>Holds money, first or in addition (incremental authorization).</summary>
    internal void Authorise(Charge charge, long minor)
    {
        charge.Authorised += minor;
        Move(charge, Account.Cardholders, Account.Held, minor);
    }

    /// <summary>Lets held money go: a void, an expiry, or what a final capture left over.</summary>
    internal void Release(Charge charge, long minor)
    {
        Must(minor <= charge.Held, charge, "released more than is held");
        charge.Released += minor;
        Move(charge, Account.Held, Account.Cardholders, minor);
    }

    /// <summary>Takes money; what exceeds the hold (over-capture) is authorised on the way.</summary>
    internal void Capture(Charge charge, long minor)
    {
        if (minor > charge.Held) Authorise(charge, minor - charge.Held);
        charge.Captured += minor;
        Move(charge, Account.Held, Account.Pending, minor);
    }

    /// <summary>What the provider keeps for its work.</summary>
    internal void Fee(Charge charge, long minor, Account from = Account.Pending)
    {
        charge.Fees += minor;
        Move(charge, from, Account.Fees, minor);
    }

    internal void FeeReturned(Charge charge, long minor, Account to = Account.Available)
    {
        charge.Fees -= minor;
        Move(charge, Account.Fees, to, minor);
    }

    internal void Refund(Charge charge, long minor, Account from = Account.Available)
    {
        Must(charge.Refunded + minor <= charge.Captured, charge, "refunded more than was captured");
        charge.Refunded += minor;
        Move(charge, from, Account.Cardholders, minor);
    }

    internal void RefundReturned(Charge charge, long minor, Account to = Account.Available)
    {
        Must(minor <= charge.Refunded, charge, "returned more than was refunded");
        charge.Refunded -= minor;
        Move(charge, Account.Cardholders, to, minor);
    }

    internal void Dispute(Charge charge, long minor, Account from = Account.Available)
    {
        Must(charge.Disputed + minor <= charge.Captured, charge, "disputed more than was captured");
        charge.Disputed += minor;
        Move(charge, from, Account.Cardholders, minor);
    }

    internal void DisputeReturned(Charge charge, long minor, Account to = Account.Available)
    {
        Must(minor <= charge.Disputed, charge, "returned more than was disputed");
        charge.Disputed -= minor;
        Move(charge, Account.Cardholders, to, minor);
    }

    /// <summary>Pending money becomes available.</summary>
    internal void Settle(string provider, string currency, long minor) =>
        Between(provider, currency, Account.Pending, Account.Available, minor);

    internal void PayOut(string provider, string currency, long minor) =>
        Between(provider, currency, Account.Available, Account.Bank, minor);

    internal void PayoutReturned(string provider, string currency, long minor) =>
        Between(provider, currency, Account.Bank, Account.Available, minor);

    /// <summary>A move that belongs to no charge; a negative amount goes the other way.</summary>
    internal void Between(string provider, string currency, Account from, Account to, long minor)
    {
        if (minor >= 0) Books.Move(provider, currency, from, to, minor);
        else Books.Move(provider, currency, to, from, -minor);
    }

    private void Move(Charge charge, Account from, Account to, long minor) =>
        Books.Move(charge.Provider, charge.Currency, from, to, minor);

    private static void Must(bool holds, Charge charge, string what)
    {
        if (!holds) throw new InvariantException($"{charge.Provider} {charge.Id}: {what}");
    }
}
