using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;

namespace Busker.Simulator.PayPal;

/// <summary>
/// <c>PayPal-Request-Id</c>: kept per operation, 6 hours for orders, 3 hours for the vault, 45 days for everything else. A repeat
/// answers with the latest state of what the first one made, 200, whatever its body says; one that comes while the first is at
/// work is 409; refusals are not kept.
/// </summary>
internal sealed class Replays(PayPalBox box)
{
    private readonly Dictionary<string, Slot> _slots = [];

    public static string? KeyOf(Ask ask) => ask.Method == "POST" ? ask.Header("PayPal-Request-Id") is { Length: > 0 } key ? key : null : null;

    /// <summary>An answer when this is a repeat; else the key is taken.</summary>
    public Answer? Enter(Ask ask, string debugId)
    {
        if (Name(ask) is not { } name) return null;
        if (!_slots.TryGetValue(name, out var slot) || ask.AtMs - slot.AtMs >= Kept(ask.Path))
        {
            _slots[name] = new Slot(ask.AtMs);
            return null;
        }

        return slot.Latest?.Invoke(ask).With("Paypal-Debug-Id", debugId) ?? slot.Error ?? PayPalError.Of("PREVIOUS_REQUEST_IN_PROGRESS", null, null, null).Answer(debugId);
    }

    public void Keep(Ask ask, Answer answer)
    {
        if (Name(ask) is not { } name || !_slots.TryGetValue(name, out var slot)) return;
        if (answer.Status is >= 400 and < 500) _slots.Remove(name);
        else if (answer.Status < 300) slot.Latest = box.Latest ?? (_ => answer);
        else slot.Error = answer;
    }

    /// <summary>The issue that the header of negative testing asks for.</summary>
    public static string? Mocked(Ask ask)
    {
        if (ask.Header("PayPal-Mock-Response") is not { Length: > 0 } header) return null;
        try
        {
            return Wire.Text(Wire.Parse(Encoding.UTF8.GetBytes(header)), "mock_application_codes") is { } issue && Issues.Find(issue) is not null ? issue : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Name(Ask ask) => KeyOf(ask) is { } key && ask.Endpoint is { } endpoint && !endpoint.Template.StartsWith("/v1/oauth2", StringComparison.Ordinal) ? endpoint.Name + " " + key : null;

    private static long Kept(string path) => 3_600_000L * (path.StartsWith("/v2/checkout", StringComparison.Ordinal) ? 6 : path.StartsWith("/v3/vault", StringComparison.Ordinal) ? 3 : 45 * 24);

    private sealed class Slot(long atMs)
    {
        public long AtMs { get; } = atMs;

        /// <summary>A failure that was told to be kept.</summary>
        public Answer? Error { get; set; }
        public Func<Ask, Answer>? Latest { get; set; }
    }
}
