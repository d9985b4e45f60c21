using System.Globalization;

namespace Busker.Bench.Simulator;

/// <summary>
/// What npm's stripe-stateful-mock can do too. Each turn has a fresh process on either side that stores 2000 charges first; each request is
/// warmed up on a side before it is measured there, and the sides take turns in going first. A session is one of each: its ratio is that of the times.
/// </summary>
internal static class Beside
{
    public const string Name = "stripe-stateful-mock 0.0.16";
    private const string Charge = "amount=1099&currency=usd&source=tok_visa";

    private static readonly (string What, Shot Shot)[] Both =
    [
        ("list ten of 2000 charges", Shot.Form("GET", "/v1/charges?limit=10", "")),
        ("retrieve a charge", Shot.Form("GET", "/v1/charges/{id}", "")),
        ("replay a charge by its key", Shot.Form("POST", "/v1/charges", Charge, ("Idempotency-Key", "the-same"))),
        ("create a charge", Shot.Form("POST", "/v1/charges", Charge)),
        ("create a customer", Shot.Form("POST", "/v1/customers", "email=ada@example.com&description=d")),
    ];

    public static async Task MeasureAsync(int seconds, int turns, Action<string, string, double, string, double> row)
    {
        for (var turn = 1; turn <= turns; turn++)
        {
            using var ours = Served.Start("stripe");
            using var peer = Peer.Start();
            Uri[] sides = [ours.Address, peer.Address];
            string[] ids = [await Wrk.FillAsync(sides[0], Shot.Form("POST", "/v1/charges", Charge), 2_000), await Wrk.FillAsync(sides[1], Shot.Form("POST", "/v1/charges", Charge), 2_000)];
            double[] session = [0, 0];
            foreach (var (what, shot) in Both)
            {
                double[] rates = [0, 0];
                foreach (var side in turn % 2 == 1 ? (int[])[0, 1] : [1, 0])
                {
                    var one = shot with { Path = shot.Path.Replace("{id}", ids[side], StringComparison.Ordinal) };
                    Wrk.Run(sides[side], one, 1);
                    rates[side] = Wrk.Run(sides[side], one, seconds);
                    session[side] += 1 / rates[side];
                }

                row(what, turn.ToString(CultureInfo.InvariantCulture), rates[0], Name, rates[1]);
            }

            row("a session: one of each", turn.ToString(CultureInfo.InvariantCulture), 1 / session[0], Name, 1 / session[1]);
        }
    }
}
