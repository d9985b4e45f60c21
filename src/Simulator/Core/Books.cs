using System.Runtime.InteropServices;
using Busker.Kernel;

namespace Busker.Simulator.Core;

/// <summary>Where money can be, seen from one provider.</summary>
internal enum Account
{
    /// <summary>With the people who pay.</summary>
    Cardholders,

    /// <summary>Held by an authorization: still theirs, no longer free.</summary>
    Held,

    /// <summary>Captured, not yet available to the merchant.</summary>
    Pending,

    /// <summary>The merchant may pay it out.</summary>
    Available,

    /// <summary>The provider's revenue.</summary>
    Fees,

    /// <summary>The merchant's bank.</summary>
    Bank,
}

/// <summary>
/// Double entry: money only moves from one account to another, so the sum over all accounts is zero by construction.
/// </summary>
internal sealed class Books
{
    private readonly Dictionary<(string Provider, string Currency), long[]> _balances = [];

    /// <summary>Moves made so far.</summary>
    public long Moves { get; private set; }

    internal void Move(string provider, string currency, Account from, Account to, long minor)
    {
        if (minor < 0) throw new InvariantException($"a move of {minor} {currency}");
        ref var balances = ref CollectionsMarshal.GetValueRefOrAddDefault(_balances, (provider, currency), out _);
        balances ??= new long[6];
        balances[(int)from] -= minor;
        balances[(int)to] += minor;
        Moves++;
    }

    public long Balance(string provider, string currency, Account account) =>
        _balances.TryGetValue((provider, currency), out var balances) ? balances[(int)account] : 0;

    /// <summary>Zero, for every provider and currency, or there is a bug.</summary>
    public long Sum(string provider, string currency) =>
        _balances.TryGetValue((provider, currency), out var balances) ? balances.Sum() : 0;

    public IEnumerable<(string Provider, string Currency)> Sections =>
        _balances.Keys.OrderBy(k => k.Provider, StringComparer.Ordinal).ThenBy(k => k.Currency, StringComparer.Ordinal);
}
