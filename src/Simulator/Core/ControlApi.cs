using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Kernel;
using Busker.Simulator.Faults;
using Microsoft.AspNetCore.Http;

namespace Busker.Simulator.Core;

/// <summary>The simulator's own side door, <c>/_sim</c>, on every address: the page, the journal, the truth, and what a person may do.</summary>
internal sealed class ControlApi(Stage stage, IReadOnlyList<Provider> providers, Recorder? recorder)
{
    private static readonly Lazy<byte[]> Page = new(() =>
    {
        using var stream = typeof(ControlApi).Assembly.GetManifestResourceStream("page.index.html")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    });

    internal const string Disputes = "POST /_sim/disputes";
    internal const string RefundFailures = "POST /_sim/refund_failures";

    public async Task<Answer> HandleAsync(Pipeline pipeline, Ask ask)
    {
        JsonElement body = default;
        try
        {
            if (ask.Body.Length > 0) body = JsonElement.Parse(ask.Body);
        }
        catch (JsonException broken)
        {
            return Refused(new Fault(Code.InvalidArgument, "BODY", $"the body is not JSON: {broken.Message}"));
        }

        if (ask.Method != "GET")
        {
            lock (stage.Gate)
            {
                ask.AtMs = stage.Clock.CatchUp();
                recorder?.Write(pipeline.Provider.Name, ask);
            }
        }

        try
        {
            return await ActAsync(ask, body);
        }
        catch (Exception bug)
        {
            Console.Error.WriteLine($"simulator bug at {ask.Method} {ask.Path}: {bug}");
            return Json(json => json.WriteString("error", $"a bug of the simulator: {bug.Message}")) with { Status = 500 };
        }
    }

    /// <summary>Also how a snapshot's own acts are done again.</summary>
    internal async Task<Answer> ActAsync(Ask ask, JsonElement body)
    {
        switch ($"{ask.Method} {ask.Path.TrimEnd('/')}")
        {
            case "GET /_sim": return new Answer(200, Page.Value, "text/html; charset=utf-8");
            case "POST /_sim/clock": return await ClockAsync(body);
            case "POST /_sim/settle":
                await stage.Webhooks.Settled();
                return Json(Done("every webhook that has left has been answered"));
        }

        lock (stage.Gate)
        {
            stage.Clock.CatchUp();
            return ($"{ask.Method} {ask.Path.TrimEnd('/')}") switch
            {
                "GET /_sim/journal" => new Answer(200, stage.Journal.Text(ask.Query.Contains("order=lane", StringComparison.Ordinal), ControlViews.Wanted(ask.Query)), "application/x-ndjson"),
                "GET /_sim/requests" => Json(ControlViews.Requests(stage)),
                "GET /_sim/charges" => Json(ControlViews.Charges(stage, providers, ask.Query)),
                "GET /_sim/webhooks" => Json(ControlViews.Webhooks(stage)),
                "GET /_sim/state" => Json(ControlViews.State(stage, providers)),
                "GET /_sim/books" => Json(ControlViews.Books(stage, providers)),
                "GET /_sim/cards" => Json(ControlViews.Cards(stage, ask.Query)),
                "GET /_sim/shoppers" => Json(ControlViews.Shoppers(stage, ask.Query)),
                "POST /_sim/faults" => AddFault(Text(body, "rule")),
                "DELETE /_sim/faults" => RemoveFault(body),
                Disputes or RefundFailures => Told(Act(ask.Path.TrimEnd('/'), body)),
                _ => Refused(new Fault(Code.NotFound, "PATH", $"{ask.Method} {ask.Path} is not part of the simulator")),
            };
        }
    }

    /// <summary><c>{"advance":"2h"}</c>, <c>{"rate":60}</c> or <c>{"rate":0}</c> to freeze.</summary>
    private async Task<Answer> ClockAsync(JsonElement body)
    {
        if (ClockFault(body) is { } wrong) return Refused(wrong);
        if (Text(body, "advance") is { } text)
        {
            if (FaultParser.Duration(text) is not { } by || by < TimeSpan.Zero)
            {
                return Refused(new Fault(Code.InvalidArgument, "ADVANCE", $"'{text}' is not a duration such as 30s, 10m, 2h or 7d, at most 36500d"));
            }

            if (stage.Clock.GetUtcNow().Year + (by.TotalDays / 365) > 9_000) return Refused(new Fault(Code.InvalidArgument, "ADVANCE", "the simulated time ends with the year 9000"));
            await stage.AdvanceAsync(by);
        }

        lock (stage.Gate)
        {
            if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty("rate", out var rate))
            {
                if (!rate.TryGetDouble(out var value) || value is < 0 or > 1_000_000)
                {
                    return Refused(new Fault(Code.InvalidArgument, "RATE", "'rate' is a number from 0 (frozen) to 1000000"));
                }

                stage.Clock.CatchUp();
                stage.Clock.Run(value);
            }

            return Json(Done($"it is {Journal.Stamp(stage.Clock.CatchUp())}, {(stage.Clock.Frozen ? "frozen" : $"real time x {stage.Clock.Rate}")}"));
        }
    }

    private static Fault? ClockFault(JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.Undefined) return null;
        if (body.ValueKind != JsonValueKind.Object) return new Fault(Code.InvalidArgument, "BODY", "the body is an object with 'advance' or 'rate'");
        foreach (var member in body.EnumerateObject())
        {
            var fault = (member.Name, member.Value.ValueKind) switch
            {
                ("advance", JsonValueKind.String) or ("rate", JsonValueKind.Number) => null,
                ("advance", _) => new Fault(Code.InvalidArgument, "ADVANCE", "'advance' is a text such as \"30s\", \"10m\", \"2h\" or \"7d\""),
                ("rate", _) => new Fault(Code.InvalidArgument, "RATE", "'rate' is a number from 0 (frozen) to 1000000"),
                _ => new Fault(Code.InvalidArgument, "BODY", $"'{member.Name}' is not a member of the clock: advance, rate"),
            };
            if (fault is not null) return fault;
        }

        return null;
    }

    private Answer AddFault(string? line)
    {
        if (line is null) return Refused(Missing("rule"));
        var rule = FaultParser.Parse(line);
        if (rule.Fault is { } fault) return Refused(fault);
        stage.Faults.Add(rule.Value);
        return Json(Done($"from now on: {line}"));
    }

    private Answer RemoveFault(JsonElement body)
    {
        var line = Text(body, "rule");
        var all = body.ValueKind == JsonValueKind.Undefined || (body.ValueKind == JsonValueKind.Object && !body.EnumerateObject().Any());
        if (line is null && !all) return Refused(Missing("rule"));
        if (line is null) stage.Faults.Clear();
        else if (!stage.Faults.Remove(line)) return Refused(new Fault(Code.NotFound, "RULE", $"there is no rule '{line}'"));
        return Json(Done(line is null ? "no rule is left" : $"gone: {line}"));
    }

    /// <summary>The same acts for whoever holds the <see cref="Simulator"/>: under the gate, and in the snapshot.</summary>
    internal Result<string> Act(string act, string provider, string subject, string? reason)
    {
        var (method, path) = act.Split(' ') is [var m, var p] ? (m, p) : throw new InvariantException(act);
        var body = new JsonObject { ["provider"] = provider, [act == Disputes ? "charge" : "refund"] = subject };
        if (reason is not null) body["reason"] = reason;
        lock (stage.Gate) return Act(path, JsonElement.Parse(Record(method, path, body)));
    }

    /// <summary>A rule from code, also in the snapshot.</summary>
    internal void Add(FaultRule rule)
    {
        lock (stage.Gate)
        {
            Record("POST", "/_sim/faults", new JsonObject { ["rule"] = rule.Source });
            stage.Faults.Add(rule);
        }
    }

    internal void ClearFaults()
    {
        lock (stage.Gate)
        {
            Record("DELETE", "/_sim/faults", []);
            stage.Faults.Clear();
        }
    }

    private byte[] Record(string method, string path, JsonObject body)
    {
        var ask = new Ask { Method = method, Path = path, Query = "", Headers = new HeaderDictionary(), Body = JsonSerializer.SerializeToUtf8Bytes(body), Origin = "" };
        ask.AtMs = stage.Clock.CatchUp();
        recorder?.Write(providers[0].Name, ask);
        return ask.Body;
    }

    private Result<string> Act(string path, JsonElement body)
    {
        var name = Text(body, "provider") ?? providers[0].Name;
        var provider = providers.FirstOrDefault(p => p.Name == name);
        if (provider is null) return new Fault(Code.NotFound, "PROVIDER", $"'{name}' is not running here");
        var about = path == "/_sim/disputes" ? "charge" : "refund";
        if (Text(body, about) is not { } subject) return Missing(about);
        var result = about == "charge" ? provider.OpenDispute(subject, Text(body, "reason") ?? "fraudulent") : provider.FailRefund(subject);
        stage.Clock.CatchUp();
        return result;
    }

    private static Fault Missing(string member) => new(Code.InvalidArgument, "BODY", $"the body is an object with '{member}', a text");

    private static Answer Told(Result<string> result) => result.Fault is { } fault ? Refused(fault) : Json(Done(result.Value));

    private static Action<Utf8JsonWriter> Done(string message) => json => json.WriteString("message", message);

    private static Answer Refused(Fault fault)
    {
        var status = fault.Code switch { Code.NotFound => 404, Code.FailedPrecondition => 409, _ => 400 };
        return Json(json => json.WriteString("error", fault.Message)) with { Status = status };
    }

    internal static Answer Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return new Answer(200, buffer.ToArray());
    }

    private static string? Text(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
