using Busker.Kernel;
using Busker.Learning.Data;
using Busker.Simulator.Core;
using Busker.Simulator.Town;

namespace Busker.Cli.Demo;

/// <summary>What is replayed: the plays by time, whose they are, and where they came from.</summary>
internal sealed record Histories(string Source, int Listeners, Play[] Plays)
{
    private const ulong Seed = 20_260;
    private const int Items = 20_000;

    /// <summary>A week of the seeded town.</summary>
    public static Histories OfTown(int listeners, int days) =>
        new($"a seeded town, {Items:N0} items", listeners, new Listening(Seed, listeners, days).Plays(Listening.Skewed(Seed, Items)));

    /// <summary>
    /// A week of people who listened to what is in <paramref name="folder"/>: who and what (and how often, where it is known)
    /// as recorded; when, how long and what was skipped by the town's rhythm, which such files do not tell.
    /// </summary>
    /// <param name="folder">A folder with interactions.csv[.gz], or one whose folders have it: then the one with play counts, or else the first by name.</param>
    /// <param name="listeners">At most this many, in the order of the file's numbers.</param>
    /// <returns>The histories, or why the folder cannot be read.</returns>
    public static Result<Histories> Load(string folder, int listeners, int days)
    {
        if (!Directory.Exists(folder)) return new Fault(Code.InvalidArgument, "DEMO_NO_DATA", $"--data {folder} is not a folder.");
        var sets = Holds(folder) ? [folder] : Directory.GetDirectories(folder).Where(Holds).Order(StringComparer.Ordinal).ToArray();
        if (sets.Length == 0) return new Fault(Code.InvalidArgument, "DEMO_NO_DATA", $"--data {folder}: neither it nor a folder in it has interactions.csv or interactions.csv.gz.");
        var read = RecsFolder.Read(sets.FirstOrDefault(s => File.Exists(Path.Combine(s, "artists.csv.gz"))) ?? sets[0]);
        if (read.Fault is { } fault) return fault;
        var all = read.Value.All;
        var who = Enumerable.Range(0, all.Users).Where(u => all.Length(u) > 0).Take(listeners).ToArray();
        var weights = Array.ConvertAll(who, u => Popularity.Of(Array.ConvertAll(all.WeightsOf(u).ToArray(), w => (double)w)));
        int Recorded(int listener, ref Draw draw) => all.ItemsOf(who[listener])[weights[listener].Next(ref draw)];
        var source = $"{read.Value.Name}, {all.Count:N0} pairs of {all.Users:N0} listeners and {all.Items:N0} items";
        return new Histories(source, who.Length, new Listening(Seed, who.Length, days).Plays(Recorded));
    }

    private static bool Holds(string folder) =>
        File.Exists(Path.Combine(folder, "interactions.csv.gz")) || File.Exists(Path.Combine(folder, "interactions.csv"));
}
