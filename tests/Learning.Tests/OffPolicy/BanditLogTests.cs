using Busker.Learning.Numbers;
using Busker.Learning.OffPolicy;
using Busker.Learning.Recs;

namespace Busker.Learning.Tests.OffPolicy;

public sealed class BanditLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("busker-bandits").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, IEnumerable<string> rows)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllLines(path, rows.Prepend("item_id,position,click,propensity"));
        return path;
    }

    [Theory]
    [InlineData("0,1,0,0.5|1,1,2,0.5", "log.csv, row 2, column click: 2 is not 0 or 1")]
    [InlineData("0,1,0,0", "log.csv, row 1, column propensity: 0 is not a chance above 0")]
    [InlineData("-1,1,0,0.5", "log.csv, row 1, column item_id: -1 is not an arm")]
    [InlineData("0,1,x,0.5", "log.csv, row 1, column click: 'x' is not a number")]
    public void Bad_logs_are_refused_with_row_and_column(string rows, string message) =>
        BanditLog.Read(Write("log.csv", rows.Split('|'))).Fault!.Message.ShouldBe(message);

    [Fact]
    public void A_log_that_covers_the_policy_is_believed_and_one_that_does_not_is_flagged()
    {
        // Both policies show arm 0 mostly; the second one next to never shows the others.
        IEnumerable<string> Log(double most, int rows, ulong seed)
        {
            var rng = new Rng(seed);
            for (var r = 0; r < rows; r++)
            {
                var arm = rng.NextBool(most) ? 0 : 1 + rng.NextInt(4);
                var chance = arm == 0 ? most : (1 - most) / 4;
                yield return FormattableString.Invariant($"{arm},1,{(rng.NextBool(0.05 * (arm + 1)) ? 1 : 0)},{chance:R}");
            }
        }

        Write("bts_men.csv", Log(0.4, 6000, 1));
        Write("bts_women.csv", Log(0.9995, 6000, 2));
        Write("random_men.csv", Log(0.2, 6000, 3));
        var study = BanditStudy.Run(_folder, 2, Lanes.One, (_, _) => { }).Value;
        study.Logs[0].Overlap.Reliable.ShouldBeTrue();
        study.Logs[0].Truth!.Value.ShouldBe(0.15, 0.02);
        foreach (var name in new[] { "IPS", "SNIPS", "DR" }) study.Logs[0].Estimates.Single(e => e.Name == name).Value.ShouldBe(0.15, 0.02);
        study.Logs[1].Overlap.Reliable.ShouldBeFalse();
        BanditReport.Trust(study.Logs[1]).ShouldStartWith("UNRELIABLE");
        BanditReport.Write(study).ShouldContain("Regret");
        study.State.ArmIds.Length.ShouldBe(5);
        BanditStudy.Run(Path.Combine(_folder, "no"), 2, Lanes.One, (_, _) => { }).Fault!.Message.ShouldBe($"the folder {Path.Combine(_folder, "no")} does not exist");
        BanditStudy.Run(Directory.CreateDirectory(Path.Combine(_folder, "empty")).FullName, 2, Lanes.One, (_, _) => { }).Fault!.Message.ShouldContain("neither bts_men.csv nor bts_women.csv");
    }
}
