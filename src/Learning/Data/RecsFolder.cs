using Busker.Kernel;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Data;

/// <summary>
/// One set of listening histories with its splits, in the layout <c>interactions.csv[.gz]</c>: columns user, item (or user_id,
/// artist_id, plays), weak (0 train, 1 validation, 2 test, random within each listener), and optionally fold and held (whole
/// listeners per fold; held = 1 is to be predicted from held = 0).
/// </summary>
public sealed record RecsFolder(string Name, Interactions All, Interactions Train, Interactions Validation, Interactions Test, int[]? Folds, Interactions? Held)
{
    /// <summary>Items by the number used in the file, in the order of the dense numbers used here.</summary>
    public required int[] ItemIds { get; init; }

    public required int[] UserIds { get; init; }

    private static readonly string[] Names = ["interactions.csv.gz", "interactions.csv"];

    /// <summary>Train and validation together: what a final model is fitted on.</summary>
    public Interactions TrainAndValidation => All.Where((u, i) => Test.ItemsOf(u).BinarySearch(i) < 0);

    /// <summary>Reads <paramref name="folder"/>; rows whose <c>weak</c> is −1 lie outside the split and are left out.</summary>
    public static Result<RecsFolder> Read(string folder)
    {
        var path = Names.Select(f => Path.Combine(folder, f)).FirstOrDefault(File.Exists);
        if (path is null) return new Fault(Code.InvalidArgument, "LEARNING_BAD_FILE", $"{folder} has no interactions.csv or interactions.csv.gz");
        var artists = Header(path).Contains("artist_id");
        var folds = Header(path).Contains("fold");
        var (userColumn, itemColumn) = artists ? ("user_id", "artist_id") : ("user", "item");
        var read = CsvFile.Read(path, [userColumn, itemColumn, "weak", .. artists ? ["plays"] : Array.Empty<string>(), .. folds ? ["fold", "held"] : Array.Empty<string>()]);
        if (read.Fault is { } fault) return fault;
        var csv = read.Value;
        var weak = csv.Numbers("weak");
        var rows = Enumerable.Range(0, csv.Rows).Where(r => weak[r] >= 0).ToArray();
        if (rows.Length == 0) return new Fault(Code.InvalidArgument, "LEARNING_BAD_FILE", $"{csv.Name}: no row has weak 0, 1 or 2", "weak");
        var (users, userIds) = Dense(csv.Numbers(userColumn), rows);
        var (items, itemIds) = Dense(csv.Numbers(itemColumn), rows);
        if (Duplicate(users, items, rows) is { } twice)
            return new Fault(Code.InvalidArgument, "LEARNING_BAD_FILE", $"{csv.Name}, row {twice.Row + 1}: user {userIds[twice.User]} and item {itemIds[twice.Item]} appear twice", itemColumn);

        Interactions Pick(Func<int, bool> keep)
        {
            var kept = Enumerable.Range(0, rows.Length).Where(k => keep(rows[k])).ToArray();
            return Interactions.From(userIds.Length, itemIds.Length, Array.ConvertAll(kept, k => users[k]), Array.ConvertAll(kept, k => items[k]),
                artists ? Array.ConvertAll(kept, k => (float)csv.Numbers("plays")[rows[k]]) : default);
        }

        return new RecsFolder(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), Pick(_ => true), Pick(r => weak[r] == 0), Pick(r => weak[r] == 1), Pick(r => weak[r] == 2),
            folds ? FoldOfUsers(csv.Numbers("fold"), rows, users, userIds.Length) : null, folds ? Pick(r => csv.Numbers("held")[r] == 1) : null)
        { ItemIds = itemIds, UserIds = userIds };
    }

    private static string[] Header(string path)
    {
        using var file = File.OpenRead(path);
        using var reader = new StreamReader(path.EndsWith(".gz", StringComparison.Ordinal) ? new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionMode.Decompress) : file);
        return (reader.ReadLine() ?? "").Split(',');
    }

    private static (int[] Dense, int[] Ids) Dense(double[] values, int[] rows)
    {
        var ids = rows.Select(r => (int)values[r]).Distinct().Order().ToArray();
        return (Array.ConvertAll(rows, r => Array.BinarySearch(ids, (int)values[r])), ids);
    }

    private static (int Row, int User, int Item)? Duplicate(int[] users, int[] items, int[] rows)
    {
        var seen = new HashSet<long>(users.Length);
        for (var k = 0; k < users.Length; k++)
            if (!seen.Add(((long)users[k] << 32) | (uint)items[k])) return (rows[k], users[k], items[k]);
        return null;
    }

    private static int[] FoldOfUsers(double[] fold, int[] rows, int[] users, int count)
    {
        var folds = new int[count];
        for (var k = 0; k < rows.Length; k++) folds[users[k]] = (int)fold[rows[k]];
        return folds;
    }
}
