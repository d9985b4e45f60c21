using System.Globalization;
using Busker.Bench;
using Busker.Bench.Recs;
using Busker.Learning.Numbers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var lanes = Lanes.All;
if (args is ["quality", var folder, .. var names])
{
    var result = new BenchResult("recs", "set,what,value,low,high,target,reached,chosen");
    foreach (var name in names) new Quality(folder, lanes, result).Run(name);
    result.Save(replacing: true);
    return 0;
}

Console.Error.WriteLine("./busker bench recs quality DIR SET...");
return 2;
