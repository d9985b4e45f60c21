using System.IO.Compression;
using System.Text;
using Busker.Learning.Fraud;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Fraud;

public sealed class SparkovTests
{
    private const string Header = "tx_id,unix_time,card_id,merchant_id,category,amount,gender,birth_year,state,home_lat,home_lon,city_pop,merch_lat,merch_lon,is_fraud\n";

    [Fact]
    public void A_seeded_town_has_the_published_rates_and_its_past_finds_the_bursts()
    {
        var town = new SparkovTown(Cards: 40, Merchants: 140, Seed: 2).Make();
        (town.Rows / 40.0 / 181).ShouldBe(2.5, 0.3);
        (town.Labels.Sum() / town.Rows).ShouldBe(0.0212, 0.005);
        var study = FraudStudy.On(town, new Lanes(2), (_, _) => { }).Value;
        study.Rows[1].AveragePrecision[0].ShouldBeGreaterThan(study.Rows[0].AveragePrecision[0]);
        study.Rows[1].AveragePrecision[0].ShouldBeGreaterThan(0.8);
        FraudReport.Write(study).ShouldContain("card_at_night_count_1d");
    }

    [Fact]
    public void The_layout_is_read_by_column_name_and_bad_rows_are_named()
    {
        var set = Read(Header + "0,1546300818,233,496,kids_pets,44.39,M,1976,CA,34.08,-117.63,166856,33.897,-118.428,0\n1,1546300862,937,599,food_dining,77.93,M,1945,OH,39.53,-84.08,10479,40.417,-83.36,1\n").Value;
        (set.Category[0], set.Category[1]).ShouldBe((1, 0));
        set.History.Amount.ShouldBe([4439, 7793]);
        set.History.Keys[0].ShouldBe([234UL, 938UL]);
        set.History.Keys[4].ShouldBe([234UL, 938UL]); // shortly after midnight
        set.Days.ShouldBe([0, 0]);
        Read(Header + "0,1546300818,1,1,a,1,M,1,CA,1,1,1,1,1,0\n0,1546300819,1,1,a,1,M,1,CA,1,1,1,1,1,1\n").Fault!.Message
            .ShouldBe("sparkov_sim.csv.gz, row 2, column tx_id: id 0 appears twice");
        Read(Header + "0,1546300818,1,1,a,,M,1,CA,1,1,1,1,1,0\n").Fault!.Message.ShouldBe("sparkov_sim.csv.gz, row 1, column amount: '' is not an amount of 0 or more");
        Read("tx_id,unix_time\n").Fault!.Message.ShouldBe("sparkov_sim.csv.gz: column card_id is missing; the header has tx_id, unix_time");
    }

    [Fact]
    public void Categories_keep_the_codes_that_a_saved_model_knows_and_open_rows_have_no_outcome()
    {
        const string Rows = "7,1546300818,1,1,travel,5,M,1,CA,1,1,1,1,1,0\n9,1546300819,1,1,art,5,M,1,CA,1,1,1,1,1,\n";
        Read(Header + Rows).Fault!.Message.ShouldBe("sparkov_sim.csv.gz, row 2, column is_fraud: '' is not 0 or 1");
        var set = Read(Header + Rows, open: true, "food", "travel").Value;
        set.Categories.ShouldBe(["food", "travel", "art"]);
        set.Category.ShouldBe([1, 2]);
        set.Open.ShouldBe([false, true]);
        set.Ids.ShouldBe([7, 9]);
    }

    private static Kernel.Result<SparkovSet> Read(string csv, bool open = false, params string[] known)
    {
        var folder = Directory.CreateTempSubdirectory("busker-sparkov").FullName;
        using (var gzip = new GZipStream(File.Create(Path.Combine(folder, SparkovSet.FileName + ".csv.gz")), CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(csv));
        var read = SparkovSet.Read(folder, open, known);
        Directory.Delete(folder, recursive: true);
        return read;
    }
}
