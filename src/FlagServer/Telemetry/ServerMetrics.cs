using System.Diagnostics;
using System.Globalization;
using System.Text;
using Busker.FlagServer.Exposures;
using Busker.FlagServer.Serving;

namespace Busker.FlagServer.Telemetry;

/// <summary>What requests there were: which, how they ended, how long they took.</summary>
internal enum Route
{
    OfrepFlag,
    OfrepFlags,
    OfrepEvents,
    ConfidenceResolve,
    ConfidenceApply,
    FlagdResolve,
    FlagdResolveAll,
    FlagdEventStream,
    State,
    Other,
}

/// <summary>Counts in plain arrays, written as Prometheus text 0.0.4.</summary>
internal sealed class ServerMetrics(StateWatch watch, Listeners listeners, ExposureLog exposures)
{
    private static readonly string[] Routes =
        ["ofrep_flag", "ofrep_flags", "ofrep_events", "confidence_resolve", "confidence_apply", "flagd_resolve", "flagd_resolve_all", "flagd_event_stream", "state", "other"];

    private static readonly int[] Statuses = [200, 204, 304, 400, 401, 403, 404, 405, 415, 429, 500];
    private static readonly double[] Bounds = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1];
    private readonly long[] _counts = new long[Routes.Length * (Statuses.Length + 1)];
    private readonly long[] _took = new long[Routes.Length * (Bounds.Length + 1)];
    private readonly long[] _ticks = new long[Routes.Length];

    public void Count(Route route, int status, long startedAt)
    {
        var at = Array.IndexOf(Statuses, status);
        Interlocked.Increment(ref _counts[(int)route * (Statuses.Length + 1) + (at < 0 ? Statuses.Length : at)]);
        if (route is Route.OfrepEvents or Route.FlagdEventStream) return; // they last as long as their listener
        var ticks = Stopwatch.GetTimestamp() - startedAt;
        var seconds = (double)ticks / Stopwatch.Frequency;
        var bucket = 0;
        while (bucket < Bounds.Length && seconds > Bounds[bucket]) bucket++;
        Interlocked.Increment(ref _took[(int)route * (Bounds.Length + 1) + bucket]);
        Interlocked.Add(ref _ticks[(int)route], ticks);
    }

    public string Write()
    {
        var text = new StringBuilder();
        Head(text, "busker_flags_requests_total", "counter", "Requests by route and status.");
        for (var r = 0; r < Routes.Length; r++)
        {
            for (var s = 0; s <= Statuses.Length; s++)
            {
                if (Volatile.Read(ref _counts[r * (Statuses.Length + 1) + s]) is var n and > 0)
                {
                    Line(text, $"busker_flags_requests_total{{route=\"{Routes[r]}\",status=\"{(s < Statuses.Length ? Statuses[s] : "other")}\"}}", n);
                }
            }
        }

        Durations(text);
        var (served, buffer) = (watch.Current, exposures.Buffer);
        One(text, "busker_flags_state_version", "gauge", "The version that is served.", served.Book.State.Version);
        One(text, "busker_flags_state_loaded_timestamp_seconds", "gauge", "When it was taken.", served.LoadedAt.ToUnixTimeSeconds());
        One(text, "busker_flags_state_taken_total", "counter", "States taken since the start.", watch.Taken);
        One(text, "busker_flags_state_refused_total", "counter", "State files that could not be used.", watch.RefusedCount);
        One(text, "busker_flags_state_stale", "gauge", "1: the file that lies there is refused, and an older state is served.", watch.Refused is null ? 0 : 1);
        One(text, "busker_flags_flags", "gauge", "Flags in the state.", served.Flags.Length);
        One(text, "busker_flags_listeners", "gauge", "Streams of changes that are open.", listeners.Count);
        One(text, "busker_flags_exposures_written_total", "counter", "Exposures written.", exposures.Written);
        One(text, "busker_flags_exposures_waiting", "gauge", "Exposures that wait to be written.", buffer?.Waiting ?? 0);
        One(text, "busker_flags_exposures_dropped_total", "counter", "Exposures dropped because the buffer was full.", buffer?.Dropped ?? 0);
        One(text, "busker_flags_exposures_repeated_total", "counter", "Exposures that were the same as one shortly before.", buffer?.Repeated ?? 0);
        return text.ToString();
    }

    private void Durations(StringBuilder text)
    {
        const string Name = "busker_flags_request_seconds";
        Head(text, Name, "histogram", "How long requests took.");
        for (var r = 0; r < Routes.Length; r++)
        {
            var total = 0L;
            for (var b = 0; b <= Bounds.Length; b++) total += Volatile.Read(ref _took[r * (Bounds.Length + 1) + b]);
            if (total == 0) continue;
            var running = 0L;
            for (var b = 0; b < Bounds.Length; b++)
            {
                running += Volatile.Read(ref _took[r * (Bounds.Length + 1) + b]);
                Line(text, string.Create(CultureInfo.InvariantCulture, $"{Name}_bucket{{route=\"{Routes[r]}\",le=\"{Bounds[b]}\"}}"), running);
            }

            Line(text, $"{Name}_bucket{{route=\"{Routes[r]}\",le=\"+Inf\"}}", total);
            Line(text, $"{Name}_sum{{route=\"{Routes[r]}\"}}", (double)Volatile.Read(ref _ticks[r]) / Stopwatch.Frequency);
            Line(text, $"{Name}_count{{route=\"{Routes[r]}\"}}", total);
        }
    }

    private static void One(StringBuilder text, string name, string kind, string help, double value)
    {
        Head(text, name, kind, help);
        Line(text, name, value);
    }

    private static void Head(StringBuilder text, string name, string kind, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');

    private static void Line(StringBuilder text, string name, double value) =>
        text.Append(name).Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
