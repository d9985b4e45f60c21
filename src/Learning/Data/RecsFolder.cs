using Busker.Kernel;
using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Data;

/// <summary>
/// Reads listening histories with their splits from a folder: <c>interactions.csv[.gz]</c> with columns user, item (or user_id,
/// artist_id, plays), weak (0 train, 1 validation, 2 test, −1 outside), and where the header has them fold and held. Without
/// validation rows a seeded tenth of the training rows becomes validation. Beside it, each optional: <c>artist_tags.csv[.gz]</c>
/// (artist_id, tag_id, count) and <c>friends.csv[.gz]</c> (user_a, user_b).
/// </summary>
public static class RecsFolder
{
    /// <summary>Refuses unreadable data with one sentence that names file, row and column.</summary>
    public static Result<RecsSet> Read(string folder)
    {
        if (CsvFile.Find(folder, "interactions", out var path) is { } lost) return lost;
        if (path is null) return Bad($"{folder} has no interactions.csv or interactions.csv.gz");
        var header = CsvFile.Header(path);
        if (header.Fault is { } unreadable) return unreadable;
        var artists = header.Value.Contains("artist_id");
        var folds = header.Value.Contains("fold");
        var (userColumn, itemColumn) = artists ? ("user_id", "artist_id") : ("user", "item");
        var read = CsvFile.Read(path, [userColumn, itemColumn, "weak", .. artists ? ["plays"] : Array.Empty<string>(), .. folds ? ["fold", "held"] : Array.Empty<string>()]);
        if (read.Fault is { } fault) return fault;
        var rows = new RecsRows(read.Value, userColumn, itemColumn, artists ? "plays" : null);
        if (rows.Check() is { } wrong) return wrong;
        var train = rows.Pick(r => rows.Weak[r] == 0);
        var validation = rows.Pick(r => rows.Weak[r] == 1);
        if (validation.Count == 0) (train, validation) = Splits.Random(train, 0.1, new Rng(1));
        if (folds && Odd(read.Value, "fold", f => f >= -1 && f < 1000 && f == Math.Floor(f)) is { } oddFold) return oddFold;
        if (folds && Odd(read.Value, "held", h => h is 0 or 1, r => rows.Weak[r] >= 0) is { } oddHeld) return oddHeld;
        var set = new RecsSet(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), train, validation, rows.Pick(r => rows.Weak[r] == 2))
        {
            UserIds = rows.UserIds,
            ItemIds = rows.ItemIds,
            Folds = folds ? rows.FoldOfUsers(read.Value.Numbers("fold")) : null,
            Held = folds ? rows.Pick(r => read.Value.Numbers("held")[r] == 1) : null,
        };
        return Beside(folder, set);
    }

    private static Result<RecsSet> Beside(string folder, RecsSet set)
    {
        if (CsvFile.Find(folder, "artist_tags", out var tagged) is { } twice) return twice;
        if (CsvFile.Find(folder, "friends", out var known) is { } twin) return twin;
        if (tagged is not null)
        {
            var read = CsvFile.Read(tagged, ["artist_id", "tag_id", "count"]);
            if (read.Fault is { } fault) return fault;
            if (Odd(read.Value, "artist_id", RecsRows.IsId) is { } oddArtist) return oddArtist;
            if (Odd(read.Value, "tag_id", t => RecsRows.IsId(t) && t < 10_000_000) is { } oddTag) return oddTag;
            var (artist, tag, count) = (read.Value.Numbers("artist_id"), read.Value.Numbers("tag_id"), read.Value.Numbers("count"));
            var rows = Enumerable.Range(0, read.Value.Rows).Where(r => Array.BinarySearch(set.ItemIds, (int)artist[r]) >= 0).ToArray();
            if (Array.FindIndex(rows, r => !(count[r] > 0 && tag[r] >= 0)) is >= 0 and var bad)
                return Bad($"{read.Value.Name}, row {rows[bad] + 1}, column count: tag {tag[rows[bad]]} with count {count[rows[bad]]} is not a count of a tag", "count");
            var tags = rows.Length == 0 ? 1 : rows.Max(r => (int)tag[r]) + 1;
            set = set with
            {
                Contents = Interactions.From(set.Items, tags, Array.ConvertAll(rows, r => Array.BinarySearch(set.ItemIds, (int)artist[r])),
                    Array.ConvertAll(rows, r => (int)tag[r]), Array.ConvertAll(rows, r => (float)count[r])),
            };
        }

        if (known is null) return set;
        var friends = CsvFile.Read(known, ["user_a", "user_b"]);
        if (friends.Fault is { } unreadable) return unreadable;
        if ((Odd(friends.Value, "user_a", RecsRows.IsId) ?? Odd(friends.Value, "user_b", RecsRows.IsId)) is { } oddFriend) return oddFriend;
        var (a, b) = (friends.Value.Numbers("user_a"), friends.Value.Numbers("user_b"));
        return set with
        {
            Friends = [.. a.Zip(b, (x, y) => (A: Array.BinarySearch(set.UserIds, (int)x), B: Array.BinarySearch(set.UserIds, (int)y))).Where(p => p.A >= 0 && p.B >= 0)],
        };
    }

    /// <param name="within">Rows that are looked at; all without it.</param>
    private static Fault? Odd(CsvFile csv, string column, Predicate<double> right, Predicate<int>? within = null)
    {
        var values = csv.Numbers(column);
        var bad = Enumerable.Range(0, values.Length).FirstOrDefault(r => !right(values[r]) && within?.Invoke(r) != false, -1);
        return bad < 0 ? null : Bad($"{csv.Name}, row {bad + 1}, column {column}: {values[bad]} does not belong there", column);
    }

    private static Fault Bad(string message, string? field = null) => new(Code.InvalidArgument, "LEARNING_BAD_FILE", message, field);
}
