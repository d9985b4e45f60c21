using System.Diagnostics;
using System.Globalization;
using Busker.Bench;
using Busker.Bench.Trees;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const string Usage = """
    ./busker bench trees all [DIR] [PART...]   parts: cards (DIR holds handbook_features_ch3.csv.gz), families, large, predict, baselines
    ./busker bench trees install               installs scikit-learn from Debian (python3-sklearn)
    """;
switch (args)
{
    case ["fit", var folder, var width, var threads, var times, var cuts]:
        return Alone.Fit(folder, int.Parse(width), int.Parse(threads), int.Parse(times), cuts);
    case ["forest", var folder, var width, var threads, var times]:
        return Alone.Forest(folder, int.Parse(width), int.Parse(threads), int.Parse(times));
    case ["logistic", var folder, var width, var threads, var times]:
        return Alone.Logistic(folder, int.Parse(width), int.Parse(threads), int.Parse(times));
    case ["predict", var folder, var width]:
        return Alone.Predict(folder, int.Parse(width));
    case ["install"]:
        using (var apt = Process.Start("apt-get", ["install", "-y", "--no-install-recommends", "python3-sklearn"]))
        {
            apt.WaitForExit();
            return apt.ExitCode;
        }

    case ["all", .. var rest]:
        var folderOf = rest.FirstOrDefault(Directory.Exists);
        var result = new BenchResult("trees", "set,what,value,peer,ratio,target,reached");
        new TreesBenchmark(folderOf, result).Run([.. rest.Where(r => r != folderOf)]);
        result.Save(replacing: true);
        return 0;
    default:
        Console.WriteLine(Usage);
        return 0;
}
