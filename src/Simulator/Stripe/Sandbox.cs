using Busker.Simulator.Core;

namespace Busker.Simulator.Stripe;

/// <summary>A test-mode account: its objects, its time, its events. The families of endpoints share it.</summary>
internal sealed class Sandbox
{
    public const string ApiVersion = "2026-10-28.endive";
    private const int EventsKept = 10_000;
    public Sandbox(Stage stage) => Stage = stage;

    public Stage Stage { get; }
    public Store Store { get; } = new();

    /// <summary>The request in hand; null while a schedule runs.</summary>
    public Call? Call { get; set; }

    public long Now => Stage.Clock.NowSeconds;

    private object _now = 0L;

    /// <summary>Now, in the box that everything made in this second shares.</summary>
    public object Created => _now is long then && then == Now ? _now : _now = Now;

    public string NewId(string prefix, int length = 24) => Stage.Clock.Cause.NewId(prefix, length);

    public Thing Make(string shape, string prefix, int length = 24) => Make(shape, NewId(prefix, length), true);

    public Thing Make(string shape, string id, bool given)
    {
        var thing = new Thing(shape) { ["id"] = id };
        if (thing.Shape.Has("created")) thing["created"] = Created;
        return thing;
    }

    private readonly Dictionary<string, List<Thing>> _disputes = [];

    /// <summary>A charge's disputes, oldest first.</summary>
    public IReadOnlyList<Thing> DisputesOf(Thing charge) => _disputes.TryGetValue(charge.Id, out var known) ? known : [];

    public void AddDispute(Thing charge, Thing dispute)
    {
        Store.Add(dispute);
        if (_disputes.TryGetValue(charge.Id, out var known)) known.Add(dispute);
        else _disputes[charge.Id] = [dispute];
    }

    /// <summary>Runs later in virtual time, outside any request.</summary>
    public void Later(TimeSpan delay, Action<object> what, object with) => Stage.Clock.ScheduleAt(Stage.Clock.NowMs + (long)delay.TotalMilliseconds, what, with);

    public void Later(TimeSpan delay, Action what) => Stage.Clock.Schedule(delay, what);

    /// <summary>With what changed since <paramref name="before"/>, a copy made then, as <c>previous_attributes</c>.</summary>
    public void Emit(string type, Thing about, Thing before) => Emit(type, about, about.Previous(before, Store));

    public void Emit(string type, Thing about, string? previous = null)
    {
        var webhooks = Wanting(type);
        Tell(webhooks, new Event(Stage.Clock.Cause.Mint(), Created, type, about.Copy(), previous, webhooks?.Count ?? 0)
        {
            Request = Call?.Request.Number ?? 0, IdempotencyKey = Call?.IdempotencyKey,
        });
    }

    /// <summary>That a sale was made.</summary>
    public void Emit(Sale sale)
    {
        var webhooks = Wanting("charge.succeeded");
        sale.Webhooks = webhooks?.Count ?? 0;
        Tell(webhooks, sale);
    }

    private List<Thing>? Wanting(string type)
    {
        List<Thing>? webhooks = null;
        var endpoints = Store.All("webhook_endpoint");
        for (var i = 0; i < endpoints.Count; i++)
        {
            if (endpoints[i].Is("enabled") && Webhooks.Wants(endpoints[i], type)) (webhooks ??= []).Add(endpoints[i]);
        }

        return webhooks;
    }

    private void Tell(List<Thing>? webhooks, Draft e)
    {
        Store.Add("event", e);
        Store.Trim("event", EventsKept);
        if (webhooks is null) return;
        foreach (var endpoint in webhooks) Webhooks.Send(this, endpoint, e.Thing("event"));
    }
}
