using System.Globalization;
using Busker.Bench.Fraud;
using Busker.Learning.Numbers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const string Usage = """
    ./busker bench fraud DIR [quality] [decisions] [features]   all three, or the named ones; DIR holds handbook_raw.csv.gz and the others
    ./busker bench fraud peers                                  installs scikit-learn (Debian's python3-sklearn)
    Each part writes bench/results/fraud_PART.csv with the target and whether it was reached.
    """;
if (args is ["peers"]) return Peer.Install();
if (args is not [var folder, .. var parts] || !Directory.Exists(folder))
{
    Console.WriteLine(Usage);
    return args.Length == 0 ? 0 : 2;
}

bool Wanted(string part) => parts.Length == 0 || parts.Contains(part);
if (Wanted("features")) new Features(folder).Run();
if (Wanted("quality")) new Quality(folder, Lanes.All).Run();
if (Wanted("decisions")) new Decisions(folder, Lanes.All).Run();
return 0;
