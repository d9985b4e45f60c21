using Busker.Kernel;
using Busker.Learning.Numbers;

namespace Busker.Learning.OffPolicy;

/// <summary>
/// Served recommendations with the chances they had, in the layout of the Open Bandit Dataset: columns item_id, position, click,
/// propensity (of the item at the position under the serving policy).
/// </summary>
public sealed record BanditLog(string Name, int[] Item, int[] Position, bool[] Click, double[] Propensity)
{
    /// <summary>Showings.</summary>
    public int Rows => Item.Length;

    /// <summary>One more than the highest arm number.</summary>
    public int Arms => Item.Max() + 1;

    /// <summary>Clicks per showing.</summary>
    public double ClickRate => Click.Average(c => c ? 1.0 : 0);

    /// <summary>Refuses unreadable data with one sentence that names file, row and column.</summary>
    public static Result<BanditLog> Read(string path)
    {
        var read = CsvFile.Read(path, ["item_id", "position", "click", "propensity"]);
        if (read.Fault is { } fault) return fault;
        var csv = read.Value;
        if (csv.Rows == 0) return new Fault(Code.InvalidArgument, "LEARNING_BAD_FILE", $"{csv.Name} has no rows");
        var (item, position, click, propensity) = (csv.Numbers("item_id"), csv.Numbers("position"), csv.Numbers("click"), csv.Numbers("propensity"));
        for (var r = 0; r < csv.Rows; r++)
        {
            if (!(item[r] >= 0 && item[r] == Math.Floor(item[r]) && item[r] < 1e6)) return Bad(csv, r, "item_id", $"{item[r]} is not an arm");
            if (!(position[r] >= 0 && position[r] == Math.Floor(position[r]) && position[r] < 1e6)) return Bad(csv, r, "position", $"{position[r]} is not a position");
            if (click[r] is not (0 or 1)) return Bad(csv, r, "click", $"{click[r]} is not 0 or 1");
            if (!(propensity[r] is > 0 and <= 1)) return Bad(csv, r, "propensity", $"{propensity[r]} is not a chance above 0");
        }

        return new BanditLog(csv.Name, [.. item.Select(i => (int)i)], [.. position.Select(p => (int)p)], [.. click.Select(c => c == 1)], propensity);
    }

    /// <summary>
    /// The log as decisions of a policy that shows every arm alike. The reward model is each arm's click rate, drawn towards the mean with
    /// the strength of 100 showings.
    /// </summary>
    public LoggedDecision[] UnderUniform(int arms)
    {
        var (clicks, shown) = (new double[arms], new double[arms]);
        for (var r = 0; r < Rows; r++)
        {
            shown[Item[r]]++;
            if (Click[r]) clicks[Item[r]]++;
        }

        var mean = ClickRate;
        double[] rate = [.. clicks.Zip(shown, (c, n) => (c + 100 * mean) / (n + 100))];
        var expected = rate.Average();
        return [.. Enumerable.Range(0, Rows).Select(r => new LoggedDecision(Item[r], Click[r] ? 1 : 0, Propensity[r], 1.0 / arms, rate[Item[r]], expected))];
    }

    private static Fault Bad(CsvFile csv, int row, string column, string what) =>
        new(Code.InvalidArgument, "LEARNING_BAD_FILE", $"{csv.Name}, row {row + 1}, column {column}: {what}", column);
}
