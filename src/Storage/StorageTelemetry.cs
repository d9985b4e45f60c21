using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Busker.Storage;

/// <summary>What the storage tells OpenTelemetry. Add the source and the meter by <see cref="Name"/>.</summary>
public static class StorageTelemetry
{
    public const string Name = "Busker.Storage";

    internal static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    internal static readonly Histogram<int> BatchSize =
        Meter.CreateHistogram<int>("busker.group.batch_size", "{unit}", "Units committed together.");

    internal static readonly Histogram<double> CommitSeconds =
        Meter.CreateHistogram<double>("busker.group.commit_duration", "s", "From drawing up a batch to its durable commit.");

    internal static readonly UpDownCounter<int> QueueDepth =
        Meter.CreateUpDownCounter<int>("busker.group.queue_depth", "{unit}", "Units waiting or being committed.");

    internal static readonly Counter<long> Shed =
        Meter.CreateCounter<long>("busker.group.shed", "{unit}", "Units refused because the queue was full or too slow.");

    internal static readonly Counter<long> Rerun =
        Meter.CreateCounter<long>("busker.group.rerun", "{batch}", "Batches run again, by reason.");

    internal static readonly Gauge<long> OutboxLag =
        Meter.CreateGauge<long>("busker.outbox.lag", "{fact}", "Positions between a consumer and the end of the log.");

    internal static readonly Counter<long> FactsRead =
        Meter.CreateCounter<long>("busker.outbox.facts", "{fact}", "Facts handled, by consumer and outcome.");

    internal static readonly Counter<long> JobsRun =
        Meter.CreateCounter<long>("busker.jobs.runs", "{run}", "Job runs, by kind and outcome.");

    internal static readonly Histogram<double> JobDelay =
        Meter.CreateHistogram<double>("busker.jobs.delay", "s", "From a job's due time to its start.");
}
