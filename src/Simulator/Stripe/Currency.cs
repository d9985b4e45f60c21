using System.Collections.Frozen;
using System.Globalization;

namespace Busker.Simulator.Stripe;

/// <summary>A presentment currency: its lower-case ISO 4217 code, the decimals of its minor unit, and the least amount of a charge in minor units.</summary>
internal sealed record Currency(string Code, int Digits, long Least, string Symbol)
{
    /// <summary>code/decimals, and for those with a published minimum /least amount/symbol.</summary>
    private static readonly Currency[] Rows = [.. """
        usd/2/50/$ aed/2/200/ afn/2 all/2 amd/2 ang/2 aoa/2 ars/2 aud/2/50/$ awg/2 azn/2 bam/2 bbd/2 bdt/2 bgn/2/100/ bhd/3 bif/0 bmd/2 bnd/2 bob/2 brl/2/50/R$ bsd/2 bwp/2 byn/2
        bzd/2 cad/2/50/$ cdf/2 chf/2/50/ clp/0 cny/2 cop/2 crc/2 cve/2 czk/2/1500/ djf/0 dkk/2/250/ dop/2 dzd/2 egp/2 etb/2 eur/2/50/€ fjd/2 fkp/2 gbp/2/30/£ gel/2 gip/2 gmd/2
        gnf/0 gtq/2 gyd/2 hkd/2/400/$ hnl/2 htg/2 huf/2/17500/ idr/2 ils/2 inr/2/50/₹ isk/2 jmd/2 jod/3 jpy/0/50/¥ kes/2 kgs/2 khr/2 kmf/0 krw/0 kwd/3 kyd/2 kzt/2 lak/2 lbp/2
        lkr/2 lrd/2 lsl/2 mad/2 mdl/2 mga/0 mkd/2 mmk/2 mnt/2 mop/2 mur/2 mvr/2 mwk/2 mxn/2/1000/$ myr/2/200/RM mzn/2 nad/2 ngn/2 nio/2 nok/2/300/ npr/2 nzd/2/50/$ omr/3 pab/2
        pen/2 pgk/2 php/2 pkr/2 pln/2/200/ pyg/0 qar/2 ron/2/200/ rsd/2 rub/2 rwf/0 sar/2 sbd/2 scr/2 sek/2/300/ sgd/2/50/$ shp/2 sle/2 sos/2 srd/2 std/2 szl/2 thb/2/1000/฿ tjs/2
        tnd/3 top/2 try/2 ttd/2 twd/2 tzs/2 uah/2 ugx/0 uyu/2 uzs/2 vnd/0 vuv/0 wst/2 xaf/0 xcd/2 xcg/2 xof/0 xpf/0 yer/2 zar/2 zmw/2
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(Row)];

    private static readonly FrozenDictionary<string, Currency> Known = Rows.ToFrozenDictionary(c => c.Code, StringComparer.OrdinalIgnoreCase);

    public static Currency Of(string code) => Known.TryGetValue(code, out var known) ? known : throw StripeError.Invalid(
        $"Invalid currency: {code.ToLowerInvariant()}. Stripe currently supports these currencies: {string.Join(", ", Rows.Select(c => c.Code))}", "currency");

    /// <summary>Refuses what no charge may be: below one, below the currency's minimum, over eight digits, a last digit that three decimals do not allow.</summary>
    public void Check(long amount)
    {
        if (amount < 1) throw StripeError.Invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer");
        if (amount > 99_999_999) throw StripeError.Invalid("Amount must be no more than $999,999.99", "amount", "amount_too_large");
        if (amount < Least) throw StripeError.Invalid($"Amount must be at least {Symbol}{Major(Least)} {Code}", "amount", "amount_too_small");
        if (Digits == 3 && amount % 10 != 0) throw StripeError.Invalid($"Invalid amount: {Code} has three decimals, and the last digit must be 0.", "amount", "parameter_invalid_integer");
    }

    /// <summary>Minor units as a decimal number of the major unit: 1099 usd is 10.99, 1099 jpy is 1099.</summary>
    public string Major(long amount)
    {
        var scale = Digits switch { 0 => 1m, 3 => 1_000m, _ => 100m };
        return (amount / scale).ToString("F" + Digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static Currency Row(string text)
    {
        var parts = text.Split('/');
        return new(parts[0], parts[1][0] - '0', parts.Length > 2 ? long.Parse(parts[2], CultureInfo.InvariantCulture) : 1, parts.Length > 3 ? parts[3] : "");
    }
}
