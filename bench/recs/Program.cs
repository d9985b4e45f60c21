using System.Globalization;
using Busker.Bench;
using Busker.Bench.Recs;
using Busker.Learning.Numbers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const string Usage = """
    ./busker bench recs quality DIR SET... [published|quick|published groups|sparse]  every choice on validation, one test, beside the targets
                          (published: only the weights; quick: without EASE; groups: only shared lists; sparse: only EASE with cut weights)
    ./busker bench recs draws DIR SET            what validation parts drawn in seven ways say, beside the test
    ./busker bench recs bandits DIR              regret, and estimates from the logs in DIR
    ./busker bench recs speed DIR [PART...]      training and serving speed (ials, ease, walk, serve) beside NumPy over OpenBLAS
    DIR holds one folder for each set.
    """;
switch (args)
{
    case ["quality", var folder, .. var names]:
        var quality = new BenchResult("recs", "set,what,value,low,high,target,reached,chosen");
        foreach (var name in names.Where(n => n is not ("published" or "quick" or "groups" or "sparse")))
            new Quality(folder, Lanes.All, quality).Run(name, names.Contains("published"), names.Contains("quick"), names.Contains("groups"), names.Contains("sparse"));
        quality.Save(replacing: true, key: 2);
        return 0;
    case ["draws", var where, var set]:
        var draws = new BenchResult("recs_draws", "set,held out,dispersion,head,walk nDCG@20 α 1,walk nDCG@20 α 0.8");
        new Draws(where, Lanes.All, draws).Run(set);
        draws.Save(replacing: true);
        return 0;
    case ["bandits", var logs]:
        var bandits = new BenchResult("recs", "set,what,value,low,high,target,reached,chosen");
        new Quality(logs, Lanes.All, bandits).Bandits();
        bandits.Save(replacing: true, key: 2);
        return 0;
    case ["speed", var sets, .. var parts]:
        var speed = new BenchResult("recs_speed", "set,what,value,target,reached");
        new Speed(sets, Lanes.All, speed).Run(parts);
        speed.Save();
        return 0;
    default:
        Console.WriteLine(Usage);
        return 0;
}
