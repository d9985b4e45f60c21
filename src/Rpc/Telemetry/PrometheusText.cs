using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Busker.Rpc.Telemetry;

/// <summary>Collects every meter of the house (names that start with <c>Busker.</c>) and writes them as Prometheus text 0.0.4.</summary>
internal sealed class PrometheusText : IDisposable
{
    private static readonly double[] Seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly double[] Milliseconds = [.. Seconds.Select(s => s * 1000)];
    private static readonly double[] Bytes = [.. Enumerable.Range(3, 9).Select(n => Math.Pow(4, n))]; // 64 B to 4 MiB
    private static readonly double[] Counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

    private readonly ConcurrentDictionary<Instrument, ConcurrentDictionary<string, Series>> _instruments = new();
    private readonly ConcurrentDictionary<Known, (Series Series, string Kind)> _known = new();
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();

    public PrometheusText()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Busker.", StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Record(i, value, tags));
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Record(i, value, tags));
        _listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Record(i, value, tags));
        _listener.Start();
    }

    public string Write()
    {
        lock (_gate) // two scrapes at once would both read the observable instruments
        {
            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach (var (instrument, series) in _instruments.OrderBy(i => i.Key.Name, StringComparer.Ordinal))
                Write(text, instrument, series);
            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length > 2)
        {
            Find(instrument, tags).Add(value, Kind(instrument));
            return;
        }

        // Every call records: its label must not be spelled anew each time.
        var key = new Known(instrument, tags.Length > 0 ? tags[0] : default, tags.Length > 1 ? tags[1] : default);
        if (!_known.TryGetValue(key, out var known)) known = _known.GetOrAdd(key, (Find(instrument, tags), Kind(instrument)));
        known.Series.Add(value, known.Kind);
    }

    private Series Find(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _instruments.GetOrAdd(instrument, static _ => new()).GetOrAdd(Label(tags), static (_, i) => new Series(Bounds(i)), instrument);

    /// <summary>Those that the instrument advises; otherwise such as fit its unit.</summary>
    private static double[] Bounds(Instrument instrument) =>
        instrument is Histogram<double> { Advice.HistogramBucketBoundaries: { Count: > 0 } advised } ? [.. advised]
        : instrument.Unit switch { "s" => Seconds, "ms" => Milliseconds, "By" => Bytes, _ => Counts };

    private static string Kind(Instrument instrument)
    {
        var name = instrument.GetType().Name;
        return name.StartsWith("Histogram", StringComparison.Ordinal) ? "histogram"
            : name.Contains("UpDown", StringComparison.Ordinal) || name.Contains("Gauge", StringComparison.Ordinal)
                ? instrument.IsObservable || name.Contains("Gauge", StringComparison.Ordinal) ? "gauge" : "updown"
            : instrument.IsObservable ? "total" : "counter";
    }

    private static string Label(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(Name(key)).Append("=\"").Append(Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")).Append('"');
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, Instrument instrument, ConcurrentDictionary<string, Series> all)
    {
        var kind = Kind(instrument);
        var name = Name(instrument.Name) + (instrument.Unit == "s" ? "_seconds" : "") + (kind is "counter" or "total" ? "_total" : "");
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {instrument.Description?.Replace('\n', ' ')}\n");
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {kind switch { "total" => "counter", "updown" => "gauge", _ => kind }}\n");
        foreach (var (label, series) in all.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            var (count, sum, buckets) = series.Read();
            if (kind != "histogram")
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}{Braces(label)} {sum}\n");
                continue;
            }

            long running = 0;
            for (var i = 0; i < buckets.Length; i++)
            {
                running += buckets[i];
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{Braces(Join(label, $"le=\"{series.Bounds[i].ToString(CultureInfo.InvariantCulture)}\""))} {running}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{Braces(Join(label, "le=\"+Inf\""))} {count}\n");
            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{Braces(label)} {sum}\n{name}_count{Braces(label)} {count}\n");
        }
    }

    private static string Braces(string label) => label.Length == 0 ? "" : $"{{{label}}}";

    private static string Join(string label, string more) => label.Length == 0 ? more : $"{label},{more}";

    private static string Name(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private readonly record struct Known(Instrument Instrument, string? Name1, object? Value1, string? Name2, object? Value2)
    {
        public Known(Instrument instrument, KeyValuePair<string, object?> first, KeyValuePair<string, object?> second)
            : this(instrument, first.Key, first.Value, second.Key, second.Value)
        {
        }
    }

    private sealed class Series(double[] bounds)
    {
        private readonly Lock _gate = new();
        private readonly long[] _buckets = new long[bounds.Length];
        private long _count;
        private double _sum;

        /// <summary>Upper, inclusive.</summary>
        public double[] Bounds => bounds;

        public void Add(double value, string kind)
        {
            lock (_gate)
            {
                _count++;
                _sum = kind is "gauge" or "total" ? value : _sum + value;
                if (kind != "histogram") return;
                var bucket = Array.BinarySearch(bounds, value);
                bucket = bucket < 0 ? ~bucket : bucket;
                if (bucket < _buckets.Length) _buckets[bucket]++;
            }
        }

        public (long Count, double Sum, long[] Buckets) Read()
        {
            lock (_gate) return (_count, _sum, [.. _buckets]);
        }
    }
}
