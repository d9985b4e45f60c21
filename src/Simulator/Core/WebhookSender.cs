using System.Net.Http.Headers;
using System.Threading.Channels;
using Busker.Simulator.Faults;

namespace Busker.Simulator.Core;

/// <summary>A webhook on its way.</summary>
internal sealed class Delivery
{
    public required string Provider { get; init; }
    public required string Url { get; init; }

    /// <summary>The provider's id of the event; names the delivery for the fault language.</summary>
    public required string EventId { get; init; }

    /// <summary>What the fault language's pattern is held against.</summary>
    public required string EventType { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>For providers that sign inside the body: the body whose signature is wrong.</summary>
    public Func<byte[]>? SpoiledBody { get; init; }

    public string ContentType { get; init; } = "application/json; charset=utf-8";

    /// <summary>The signature headers at a virtual moment (ms); called anew for each attempt. <c>true</c> asks for a wrong signature.</summary>
    public required Func<long, bool, IReadOnlyList<KeyValuePair<string, string>>> Sign { get; init; }

    /// <summary>How long to wait after each failed attempt; when they are used up, it is given up.</summary>
    public IReadOnlyList<TimeSpan> Retries { get; init; } = [];

    /// <summary>Whether a reply counts as received.</summary>
    public Func<int, bool> Accepted { get; init; } = static status => status is >= 200 and < 300;

    /// <summary>Told under the gate after each attempt: accepted, or given up when there are no retries left.</summary>
    public Action<bool>? Done { get; init; }

    internal int Attempts { get; set; }
    internal string Fault { get; set; } = "";
    internal bool Spoiled { get; set; }
}

/// <summary>One attempt, for the page and <c>GET /_sim/webhooks</c>.</summary>
internal sealed record WebhookAttempt(string Provider, string EventId, string EventType, string Url, long AtMs, int Attempt, int Status, string Fault);

/// <summary>Sends webhooks over real sockets, on virtual time. One queue per address keeps their order.</summary>
internal sealed class WebhookSender(Stage stage)
{
    private const int Kept = 20_000;
    private readonly Dictionary<string, Channel<Delivery>> _queues = [];
    private readonly Dictionary<string, List<Delivery>> _held = [];
    private readonly Queue<WebhookAttempt> _log = new();
    private const int Hurry = 20;
    private const int Silence = -1;
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    private TaskCompletionSource? _answered, _settled;
    private int _inFlight, _owed;

    public IEnumerable<WebhookAttempt> Log => _log;

    /// <summary>While true, deliveries count as received without being sent: a snapshot is being replayed.</summary>
    internal bool Muted { get; set; }

    /// <summary>
    /// How long a receiver may take to answer, on this machine's clock: it runs on this machine, whatever the simulated time is. One that did not
    /// answer in time is given a twentieth of it on each further attempt, until it answers: who never answers is waited for once.
    /// </summary>
    internal TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether a webhook can be sent there at all: an address with http or https.</summary>
    public static bool CanCall(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";

    /// <summary>Takes a webhook, lets faults at it, and sends it after the reply of the request that caused it.</summary>
    public void Send(Delivery delivery, Ask? cause)
    {
        var struck = stage.Faults.Choose(
            FaultTarget.Webhook, delivery.Provider, "webhook", delivery.EventType, stage.Clock.Cause.Lane, delivery.EventId + delivery.Url, stage.Clock.NowMs);
        var (copies, delay, early, hold) = (1, 0L, false, false);
        foreach (var rule in struck)
        {
            delivery.Fault = delivery.Fault.Length == 0 ? rule.Source : $"{delivery.Fault}; {rule.Source}";
            switch (rule.Kind)
            {
                case FaultKind.Lost: copies = 0; break;
                case FaultKind.Duplicate: copies += (int)rule.Argument; break;
                case FaultKind.Late: delay += rule.Argument; break;
                case FaultKind.Early: early = true; break;
                case FaultKind.Reorder: hold = true; break;
                case FaultKind.BadSignature: delivery.Spoiled = true; break;
            }
        }

        if (copies <= 0)
        {
            Note(delivery, 0);
            return;
        }

        Action launch = () => Launch(delivery, copies, delay, hold);
        if (early && cause is not null) cause.EarlyWebhooks = true;
        if (early || cause is null) launch();
        else
        {
            (cause.AfterReply ??= []).Add(launch);
            _owed++;
        }
    }

    /// <summary>Completes when everything launched has been answered.</summary>
    internal Task Answered()
    {
        lock (stage.Gate) return _inFlight == 0 ? Task.CompletedTask : (_answered ??= New()).Task;
    }

    /// <summary>
    /// Completes when everything launched has been answered and nothing waits for the reply of its request to leave: whoever holds a
    /// reply and then waits for this has its webhooks.
    /// </summary>
    internal Task Settled()
    {
        lock (stage.Gate) return _inFlight + _owed == 0 ? Task.CompletedTask : (_settled ??= New()).Task;
    }

    /// <summary>Launches what waited for the reply of its request. Under the gate.</summary>
    internal void Pay(List<Action> launches)
    {
        foreach (var launch in launches) launch();
        _owed -= launches.Count;
        Rest();
    }

    /// <summary>Forgets what waits for the reply of a request that has done nothing. Under the gate.</summary>
    internal void Forgive(Ask cause)
    {
        _owed -= cause.AfterReply?.Count ?? 0;
        cause.AfterReply = null;
        Rest();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Rest()
    {
        if (_inFlight > 0) return;
        _answered?.SetResult();
        _answered = null;
        if (_owed > 0) return;
        _settled?.SetResult();
        _settled = null;
    }

    private void Launch(Delivery delivery, int copies, long delayMs, bool hold)
    {
        if (hold)
        {
            if (!_held.TryGetValue(delivery.Url, out var waiting)) _held[delivery.Url] = waiting = [];
            waiting.Add(delivery);
            stage.Clock.Schedule(TimeSpan.FromSeconds(30), () => FreeHeld(delivery.Url));
            return;
        }

        for (var copy = 0; copy < copies; copy++)
        {
            if (delayMs == 0) Enqueue(delivery);
            else stage.Clock.ScheduleAt(stage.Clock.NowMs + delayMs, () => Enqueue(delivery));
        }

        FreeHeld(delivery.Url);
    }

    private void FreeHeld(string url)
    {
        if (!_held.Remove(url, out var waiting)) return;
        foreach (var delivery in waiting) Enqueue(delivery);
    }

    private void Enqueue(Delivery delivery)
    {
        if (Muted)
        {
            delivery.Done?.Invoke(true);
            return;
        }

        _inFlight++;
        if (!_queues.TryGetValue(delivery.Url, out var queue))
        {
            _queues[delivery.Url] = queue = Channel.CreateUnbounded<Delivery>(new UnboundedChannelOptions { SingleReader = true });
            _ = Task.Run(() => DrainAsync(queue.Reader));
        }

        queue.Writer.TryWrite(delivery);
    }

    private async Task DrainAsync(ChannelReader<Delivery> queue)
    {
        var patience = Patience;
        await foreach (var delivery in queue.ReadAllAsync())
        {
            var status = await PostAsync(delivery, patience);
            patience = status == Silence ? Patience / Hurry : Patience;
            lock (stage.Gate) Finish(delivery, Math.Max(status, 0));
        }
    }

    private async Task<int> PostAsync(Delivery delivery, TimeSpan patience)
    {
        using var late = new CancellationTokenSource(patience);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url) { Content = new ByteArrayContent(delivery.Spoiled && delivery.SpoiledBody is { } spoiled ? spoiled() : delivery.Body) };
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(delivery.ContentType);
            foreach (var (name, value) in delivery.Sign(stage.Clock.NowMs, delivery.Spoiled)) request.Headers.TryAddWithoutValidation(name, value);
            using var response = await Http.SendAsync(request, late.Token);
            return (int)response.StatusCode;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return Silence;
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or OperationCanceledException)
        {
            return 0;
        }
        catch (Exception bug)
        {
            Console.Error.WriteLine($"simulator bug at the {delivery.Provider} webhook {delivery.EventType}: {bug}");
            return 0; // whoever waits for webhooks must not wait for ever
        }
    }

    private void Finish(Delivery delivery, int status)
    {
        delivery.Attempts++;
        Note(delivery, status);
        var accepted = delivery.Accepted(status);
        if (!accepted && delivery.Attempts <= delivery.Retries.Count)
        {
            stage.Clock.Schedule(delivery.Retries[delivery.Attempts - 1], () => Enqueue(delivery));
        }
        else
        {
            delivery.Done?.Invoke(accepted);
        }

        _inFlight--;
        Rest();
    }

    private void Note(Delivery delivery, int status)
    {
        _log.Enqueue(new(delivery.Provider, delivery.EventId, delivery.EventType, delivery.Url, stage.Clock.NowMs, delivery.Attempts, status, delivery.Fault));
        if (_log.Count > Kept) _log.Dequeue();
    }
}
