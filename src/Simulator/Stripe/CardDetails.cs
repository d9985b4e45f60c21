using System.Globalization;
using System.Text;
using System.Text.Json;
using Busker.Simulator.Core;

namespace Busker.Simulator.Stripe;

/// <summary>What decides how charges show the card that paid, but for their amounts and numbers.</summary>
internal readonly record struct CardLook(Thing Shown, Raw? Authentication, bool Overcapture, bool Incremental, bool Multicapture);

/// <summary>A charge's <c>payment_method_details</c>: the stencil of its card, and what is this charge's own.</summary>
internal sealed class CardDetails(CardStencil stencil, ulong seed, string charge, long amount)
{
    /// <summary>3-D Secure was done, or tried with a card that is not enrolled: the card's bank answers for fraud.</summary>
    public bool LiabilityShifted => stencil.Look.Authentication is { } authentication && authentication != Verdicts.Failed;

    public void Write(Utf8JsonWriter json) => stencil.Write(json, seed, charge, amount);
}

/// <summary>The JSON of <c>payment_method_details</c> for all charges of a card, with holes for the amounts and for the numbers that follow from the charge's id.</summary>
internal sealed class CardStencil
{
    private const string Amount = "{amount}", Most = "{most}", Authorization = "{authorization}", Network = "{network}";
    private readonly List<(byte[] Text, string? Hole)> _pieces = [];
    private readonly int _most;

    public CardStencil(CardLook look, string brand, Store store)
    {
        Look = look;
        var card = new Thing("pmd_card");
        PaymentMethods.CopyCard(card, look.Shown);
        card["amount_authorized"] = Hole(Amount);
        card["network"] = brand;
        card["authorization_code"] = Authorization;
        card["network_transaction_id"] = Network;
        card["overcapture"] = new Thing("overcapture") { ["maximum_amount_capturable"] = Hole(Most), ["status"] = look.Overcapture ? "available" : "unavailable" };
        if (look.Incremental) card["incremental_authorization"] = Terms.Available;
        if (look.Multicapture) card["multicapture"] = Terms.Available;
        if (look.Authentication is { } authentication) card["three_d_secure"] = authentication;
        var text = Encoding.UTF8.GetString(Raw.Of(json => new Thing("pmd") { ["type"] = "card", ["card"] = card }.Write(json, store, null)).Json);
        while (text.Length > 0)
        {
            var (hole, at) = ((string[])[Amount, Most, Authorization, Network]).Select(h => (Hole: (string?)h, At: text.IndexOf(h, StringComparison.Ordinal))).Where(h => h.At >= 0)
                .OrderBy(h => h.At).FirstOrDefault((null, text.Length));
            _pieces.Add((Encoding.UTF8.GetBytes(text[..at]), hole));
            text = text[(at + (hole?.Length ?? 0))..];
        }

        _most = _pieces.Sum(p => p.Text.Length + 20);
    }

    public CardLook Look { get; }

    public void Write(Utf8JsonWriter json, ulong seed, string charge, long amount)
    {
        var filled = _most <= 1_024 ? stackalloc byte[1_024] : new byte[_most];
        var to = filled;
        foreach (var (text, hole) in _pieces)
        {
            text.CopyTo(to);
            to = to[text.Length..];
            var written = hole switch
            {
                Amount => Digits(amount, default, to),
                Most => Digits(Look.Overcapture ? amount + (amount / 5) : amount, default, to),
                Authorization => Encoding.UTF8.GetBytes(Ids.Capitals(seed, charge, "authorization", 6), to),
                Network => Digits(Draw.Of(seed, charge, "network").Below(999_999_999_999_999), "D15", to),
                _ => 0,
            };
            to = to[written..];
        }

        json.WriteRawValue(filled[..(filled.Length - to.Length)], skipInputValidation: true);
    }

    private static int Digits(long number, ReadOnlySpan<char> format, Span<byte> to) => number.TryFormat(to, out var written, format, CultureInfo.InvariantCulture) ? written : 0;

    private static Raw Hole(string name) => new(Encoding.UTF8.GetBytes(name));
}
