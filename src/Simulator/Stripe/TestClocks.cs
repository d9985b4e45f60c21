namespace Busker.Simulator.Stripe;

/// <summary>Test clocks: subscriptions of their customers live in the clock's own time.</summary>
internal sealed class TestClocks(Sandbox box)
{
    private const string Url = "/v1/test_helpers/test_clocks";

    /// <summary>Told when a clock has moved: clock and its new time.</summary>
    public List<Action<Thing>> Moved { get; } = [];

    public IEnumerable<Route> Routes =>
    [
        new("POST", Url, Create, "frozen_time and name"),
        new("GET", Url, call => Listing.Page(box, call, "test_clock", Url), "newest first"),
        new("GET", Url + "/{id}", call => box.Store.Get("test_clock", call.Id), "ready, advancing"),
        new("POST", Url + "/{id}/advance", Advance, "forwards only; subscriptions of its customers renew", "the two intervals' limit"),
        new("DELETE", Url + "/{id}", Delete, "with its customers"),
    ];

    /// <summary>Now for an object of a clock, or of none.</summary>
    public long NowOf(string? clock) => box.Store.Find("test_clock", clock)?.Number("frozen_time") ?? box.Now;

    private Thing Create(Call call)
    {
        var clock = box.Make("test_clock", "clock_1", 23);
        clock["frozen_time"] = call.Form.Number("frozen_time") ?? throw StripeError.Required("frozen_time");
        clock["deletes_after"] = box.Now + (30 * 86_400);
        call.Form.Copy(clock, "name");
        box.Emit("test_helpers.test_clock.created", clock);
        return box.Store.Add(clock);
    }

    private Thing Advance(Call call)
    {
        var clock = box.Store.Get("test_clock", call.Id);
        var to = call.Form.Number("frozen_time") ?? throw StripeError.Required("frozen_time");
        if (to <= clock.Number("frozen_time")) throw StripeError.Invalid("The frozen_time must be after the clock's current frozen_time.", "frozen_time");
        clock["status"] = "advancing";
        box.Emit("test_helpers.test_clock.advancing", clock);
        clock["frozen_time"] = to;
        foreach (var listener in Moved) listener(clock);
        clock["status"] = "ready";
        box.Emit("test_helpers.test_clock.ready", clock);
        return clock;
    }

    private Deleted Delete(Call call)
    {
        var clock = box.Store.Get("test_clock", call.Id);
        foreach (var customer in box.Store.All("customer").Where(c => c.Text("test_clock") == clock.Id).ToArray()) box.Store.Remove(customer);
        box.Store.Remove(clock);
        box.Emit("test_helpers.test_clock.deleted", clock);
        return new Deleted(clock.Id, "test_helpers.test_clock");
    }
}
