using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Busker.Rpc.Telemetry;

/// <summary>Collects every meter of the house (names that start with <c>Busker.</c>) and writes them as Prometheus text 0.0.4.</summary>
internal sealed class PrometheusText : IDisposable
{
    private static readonly double[] BucketsSeconds =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

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
            Find(instrument, tags).Add(value, Kind(instrument), BucketsSeconds);
            return;
        }

        // Every call records: its label must not be spelled anew each time.
        var key = new Known(instrument, tags.Length > 0 ? tags[0] : default, tags.Length > 1 ? tags[1] : default);
        if (!_known.TryGetValue(key, out var known)) known = _known.GetOrAdd(key, (Find(instrument, tags), Kind(instrument)));
        known.Series.Add(value, known.Kind, BucketsSeconds);
    }

    private Series Find(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _instruments.GetOrAdd(instrument, static _ => new()).GetOrAdd(Label(tags), static _ => new Series());

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
            for (var i = 0; i < BucketsSeconds.Length; i++)
            {
                running += buckets[i];
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{Braces(Join(label, $"le=\"{BucketsSeconds[i].ToString(CultureInfo.InvariantCulture)}\""))} {running}\n");
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

    private sealed class Series
    {
        private readonly Lock _gate = new();
        private readonly long[] _buckets = new long[BucketsSeconds.Length];
        private long _count;
        private double _sum;

        public void Add(double value, string kind, double[] bounds)
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
