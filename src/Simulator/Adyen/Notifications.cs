using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;

namespace Busker.Simulator.Adyen;

/// <summary>One item of a notification.</summary>
internal sealed record Notice(
    string Code, string Psp, string? Original, string Reference, long Minor, string Currency, bool Success, string Reason = "",
    string? Method = null, IReadOnlyDictionary<string, string>? More = null, string[]? Operations = null);

/// <summary>Where notifications go.</summary>
internal sealed class Hook(string id, string url)
{
    public string Id { get; } = id;
    public string Url { get; set; } = url;
    public bool Active { get; set; } = true;

    /// <summary>64 hexadecimal digits, or null while none was made: notifications then carry no signature.</summary>
    public string? Key { get; set; }

    public List<(Notice Notice, long AtMs)> Waiting { get; } = [];
}

/// <summary>
/// HMAC-signed notifications in batches. What happens at one moment travels together, in no particular order; about one
/// authorisation in twenty comes five minutes late, after the captures it allowed.
/// </summary>
internal sealed class Notifications(Stage stage)
{
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(18), TimeSpan.FromSeconds(27),
        .. new[] { 2, 5, 10, 15, 30, 60, 120, 240 }.Select(m => TimeSpan.FromMinutes(m)), .. Enumerable.Repeat(TimeSpan.FromHours(8), 88),
    ];

    public Dictionary<string, Hook> Hooks { get; } = [];

    /// <summary>base64(HMAC-SHA256(key, eight fields joined by colons, nothing escaped)).</summary>
    public static string Signature(string hexKey, string data)
    {
        var key = Convert.FromHexString(hexKey.Length % 2 == 0 ? hexKey : hexKey + "0");
        return Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(data)));
    }

    public static string ToSign(Notice n, string merchant) => string.Create(CultureInfo.InvariantCulture,
        $"{n.Psp}:{n.Original}:{merchant}:{n.Reference}:{n.Minor}:{n.Currency}:{n.Code}:{(n.Success ? "true" : "false")}");

    /// <summary>At once when a request caused it; otherwise with everything else of the same moment.</summary>
    public void Send(Notice notice, Ask? cause = null)
    {
        var late = notice.Code == "AUTHORISATION" && notice.Success && Draw.Of(stage.Seed, notice.Psp, "late notice").Chance(0.05);
        foreach (var hook in Hooks.Values.Where(h => h.Active))
        {
            if (late) stage.Clock.Schedule(TimeSpan.FromMinutes(5), () => Gather(hook, notice));
            else if (cause is not null) Post(hook, [(notice, stage.Clock.NowMs)], cause);
            else Gather(hook, notice);
        }
    }

    private void Gather(Hook hook, Notice notice)
    {
        hook.Waiting.Add((notice, stage.Clock.NowMs));
        if (hook.Waiting.Count == 1) stage.Clock.ScheduleLast(stage.Clock.NowMs, hook.Id, () => Flush(hook));
    }

    private void Flush(Hook hook)
    {
        var items = hook.Waiting.OrderBy(w => Draw.Of(stage.Seed, w.Notice.Psp + w.Notice.Code, "order").Next()).ToArray();
        hook.Waiting.Clear();
        foreach (var part in items.Chunk(6)) Post(hook, part, null);
    }

    private void Post(Hook hook, (Notice Notice, long AtMs)[] items, Ask? cause)
    {
        var first = items[0].Notice;
        var unsigned = Body(items, null, false);
        var key = hook.Key;
        var delivery = new Delivery
        {
            Provider = "adyen", Url = hook.Url, EventId = $"{first.Psp}-{first.Code}-{items[0].AtMs}", EventType = first.Code,
            Body = key is null ? unsigned : Body(items, key, false), ContentType = "application/json; charset=utf-8", Retries = Pauses,
            Sign = static (_, _) => [],
            SpoiledBody = key is null ? null : () => Body(items, key, true),
        };
        stage.Webhooks.Send(delivery, cause);
    }

    private static byte[] Body((Notice Notice, long AtMs)[] items, string? key, bool spoil)
    {
        var list = new JsonArray();
        foreach (var (notice, at) in items) list.Add((JsonNode)new JsonObject { ["NotificationRequestItem"] = Item(notice, at, key, spoil) });
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["live"] = "false", ["notificationItems"] = list });
    }

    private static JsonObject Item(Notice notice, long at, string? key, bool spoil)
    {
        var additional = new JsonObject();
        foreach (var (name, value) in notice.More ?? new Dictionary<string, string>()) additional[name] = value;
        if (key is not null) additional["hmacSignature"] = Signature(key, ToSign(notice, AdyenBox.Merchant) + (spoil ? "!" : ""));
        var item = new JsonObject
        {
            ["additionalData"] = additional, ["amount"] = AdyenBox.Amount(notice.Minor, notice.Currency), ["eventCode"] = notice.Code,
            ["eventDate"] = DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture),
            ["merchantAccountCode"] = AdyenBox.Merchant, ["merchantReference"] = notice.Reference, ["pspReference"] = notice.Psp,
            ["reason"] = notice.Reason, ["success"] = notice.Success ? "true" : "false",
        };
        if (notice.Original is not null) item["originalReference"] = notice.Original;
        if (notice.Method is not null) item["paymentMethod"] = notice.Method;
        if (notice.Operations is not null) item["operations"] = new JsonArray([.. notice.Operations.Select(o => (JsonNode)o)]);
        return item;
    }
}
