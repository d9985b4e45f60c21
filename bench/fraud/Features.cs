using System.Diagnostics;
using Busker.Learning.Features;
using Busker.Learning.Fraud;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Bench.Fraud;

/// <summary>The published features from the raw stream, and what features cost.</summary>
internal sealed class Features(string folder)
{
    private readonly Gates _gates = new("features");

    public void Run()
    {
        var set = CardSet.Read(folder).Value;
        var table = Replay.Run(CardPlans.Book, set.History).Value;
        Published(set, table);
        Everywhere(set, table);
        Speed(set);
        Sixty();
        Scoring(set);
        _gates.Save();
    }

    /// <summary>Against the published values of three weeks.</summary>
    private void Published(CardSet set, Table table)
    {
        var read = CsvFile.Read(Path.Combine(folder, "handbook_features_ch3.csv.gz"), ["TRANSACTION_ID", .. table.Names]);
        if (read.Fault is not null) return;
        var (csv, ids) = (read.Value, read.Value.Numbers("TRANSACTION_ID"));
        var rowOf = Enumerable.Range(0, set.Rows).ToDictionary(r => set.TransactionId[r]);
        int[] rows = [.. ids.Select(id => rowOf[(long)id])];
        int[] wrong = [.. Enumerable.Range(0, rows.Length).Where(i => table.Names.Select((name, c) => (csv.Numbers(name)[i], table.Columns[c][rows[i]])).Any(p => !Same(p.Item1, p.Item2, 1e-9)))];
        bool Tied(int i) => Neighbours(rows[i]).Any(r => set.History.Keys[0][r] == set.History.Keys[0][rows[i]] && set.History.Time[r] == set.History.Time[rows[i]]);
        IEnumerable<int> Neighbours(int row) => new[] { row - 3, row - 2, row - 1, row + 1, row + 2, row + 3 }.Where(r => r >= 0 && r < set.Rows);
        _gates.Add("published rows", $"of {rows.Length} rows equal in all 15 features", rows.Length - wrong.Length);
        _gates.Add("published rows", "that differ with no payment of the card in the same second", wrong.Count(i => !Tied(i)), 0, atMost: true);
    }

    private static bool Same(double a, double b, double tolerance) => Math.Abs(a - b) <= tolerance * Math.Max(1, Math.Abs(a));

    /// <summary>Against sums over each entity's rows between two pointers, on every row; ties in order of arrival.</summary>
    private void Everywhere(CardSet set, Table table)
    {
        var history = set.History;
        var wrong = new bool[set.Rows];
        foreach (var (entity, name, delay) in new[] { (0, "CUSTOMER_ID", 0L), (1, "TERMINAL_ID", 7 * 86_400L) })
        {
            foreach (var days in new[] { 1, 7, 30 })
            {
                var count = table.Columns[table.IndexOf($"{name}_NB_TX_{days}DAY_WINDOW")];
                var second = table.Columns[table.IndexOf(entity == 0 ? $"{name}_AVG_AMOUNT_{days}DAY_WINDOW" : $"{name}_RISK_{days}DAY_WINDOW")];
                foreach (var rows in Enumerable.Range(0, set.Rows).GroupBy(r => history.Keys[entity][r]).Select(g => g.ToArray()))
                {
                    int from = 0, to = 0;
                    long cents = 0, frauds = 0;
                    for (var i = 0; i < rows.Length; i++)
                    {
                        var now = history.Time[rows[i]] - delay;
                        for (; to < rows.Length && (delay == 0 ? to <= i : history.Time[rows[to]] <= now); to++) (cents, frauds) = (cents + history.Amount[rows[to]], frauds + (history.Fraud[rows[to]] ? 1 : 0));
                        for (; from < to && history.Time[rows[from]] <= now - days * 86_400L; from++) (cents, frauds) = (cents - history.Amount[rows[from]], frauds - (history.Fraud[rows[from]] ? 1 : 0));
                        var expected = to == from ? 0 : entity == 0 ? cents / 100.0 / (to - from) : frauds / (double)(to - from);
                        wrong[rows[i]] |= count[rows[i]] != to - from || !Same(second[rows[i]], expected, 2e-12);
                    }
                }
            }
        }

        for (var r = 0; r < set.Rows; r++)
        {
            var clock = DateTimeOffset.FromUnixTimeSeconds(history.Time[r]);
            wrong[r] |= table.Columns[0][r] != history.Amount[r] / 100.0 || table.Columns[1][r] != (clock.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1 : 0)
                || table.Columns[2][r] != (clock.Hour <= 6 ? 1 : 0);
        }

        _gates.Add("every row", $"of {set.Rows} rows that differ from sums between two pointers", wrong.Count(w => w), 0, atMost: true);
    }

    private void Speed(CardSet set)
    {
        foreach (var (name, plan, target) in new[] { ("book's 15", CardPlans.Book, 1e6), ($"own {CardPlans.Own.Names.Length}", CardPlans.Own, double.NaN) })
        {
            var best = Enumerable.Range(0, 4).Min(_ => Timed(() => Replay.Run(plan, set.History)));
            _gates.Add("replay", $"{name}: events/s on one core", Math.Round(set.Rows / best), target);
        }
    }

    private static double Timed(Action work)
    {
        GC.Collect();
        var watch = Stopwatch.StartNew();
        work();
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>Sixty features over six entities: reading all and recording the payment.</summary>
    private void Sixty()
    {
        string[] entities = ["card", "account", "device", "ip", "merchant", "bin"];
        var features = new List<VelocityFeature>();
        foreach (var entity in entities)
        {
            features.Add(new($"{entity}_count_1h", Measure.Count, entity, 3600) { WithCurrent = true });
            features.Add(new($"{entity}_count_1d", Measure.Count, entity, 86_400));
            features.Add(new($"{entity}_sum_7d", Measure.Sum, entity, 7 * 86_400));
            features.Add(new($"{entity}_mean_30d", Measure.Mean, entity, 30 * 86_400));
            features.Add(new($"{entity}_ratio_30d", Measure.AmountRatio, entity, 30 * 86_400));
            features.Add(new($"{entity}_pace_1d", Measure.CountRatio, entity, 86_400));
            features.Add(new($"{entity}_last", Measure.DaysSinceLast, entity));
            features.Add(new($"{entity}_halved_6h", Measure.DecayedCount, entity, 6 * 3600));
            features.Add(new($"{entity}_risk_30d", Measure.Risk, entity, 30 * 86_400) { Delay = 7 * 86_400, Strength = 10, Prior = 0.002 });
            features.Add(new($"{entity}_met_1d", Measure.Distinct, entity, 86_400) { Other = entity == "card" ? "merchant" : "card" });
        }

        var (state, rng, row) = (new VelocityState(VelocityPlan.Of(entities, features).Value), new Rng(1), new double[60]);
        int[] sizes = [20_000, 15_000, 25_000, 8_000, 3_000, 300];
        var (keys, now) = (new ulong[6], 0L);
        void Step(int i)
        {
            for (var e = 0; e < 6; e++) keys[e] = (ulong)rng.NextInt(sizes[e]) + 1;
            now += rng.NextInt(12);
            state.ReadAndRecord(new Attempt(now, 100 + rng.NextInt(20_000), i), keys, row);
        }

        for (var i = 0; i < 400_000; i++) Step(i);
        var seconds = Timed(() =>
        {
            for (var i = 0; i < 200_000; i++) Step(400_000 + i);
        });
        _gates.Add("60 features", "six entities: read and record a payment, microseconds", seconds / 200_000 * 1e6, 10, atMost: true);
    }

    /// <summary>An arrival every half millisecond: features, chance and record; the time from the planned arrival to the answer.</summary>
    private void Scoring(CardSet set)
    {
        var plan = CardPlans.Own;
        var table = Replay.Run(plan, set.History).Value;
        int[] week = [.. Enumerable.Range(0, set.Rows).Where(r => set.Day[r] is >= 60 and < 88)];
        var labels = set.Labels;
        var model = new Booster(new BoostOptions { MaxDepth = 4, MaxLeaves = 16, Trees = 250, LearningRate = 0.03, MinRows = 20, L2 = 5, ColumnFraction = 0.3, RowFraction = 0.7 }, Lanes.One)
            .Fit(Examples.Of(table.Take(week), Array.ConvertAll(week, r => labels[r])).Value).Value;
        var (state, row, keys, first) = (new VelocityState(plan), new double[plan.Features.Count], new ulong[2], set.Rows - 40_000);
        double chances = 0;
        void Score(int r)
        {
            (keys[0], keys[1]) = (set.History.Keys[0][r], set.History.Keys[1][r]);
            var attempt = new Attempt(set.History.Time[r], set.History.Amount[r], r);
            state.Read(attempt, keys, row);
            chances += model.Respond(model.Predictor.Margin(row));
            state.Record(attempt, keys);
        }

        for (var r = 0; r < first; r++) Score(r);
        const double PerSecond = 2000;
        var late = new double[20_000];
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < late.Length; i++)
        {
            while (Stopwatch.GetElapsedTime(begun).TotalSeconds < i / PerSecond) Thread.SpinWait(20);
            Score(first + i);
            late[i] = Stopwatch.GetElapsedTime(begun).TotalSeconds - i / PerSecond;
        }

        Array.Sort(late);
        foreach (var (name, share) in new[] { ("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999) })
        {
            _gates.Add("scoring at 2000/s", $"{name} of {plan.Names.Length} features and {model.Trees.Count} trees, microseconds", late[(int)(share * late.Length)] * 1e6, name == "p99" ? 1000 : double.NaN, atMost: true, chosen: $"sum of chances {chances:0}");
        }
    }
}
