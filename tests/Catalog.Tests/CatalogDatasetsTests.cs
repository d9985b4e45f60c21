using Busker.Support;
using Busker.Warehouse;

namespace Busker.Catalog.Tests;

public sealed class CatalogDatasetsTests
{
    private static async Task<string[]> LinesAsync(Room room, string name, Guid? scope = null)
    {
        using var export = new DatasetExport(room.Db, new WarehouseSettings(Checkout.Engines));
        using var written = (await export.WriteAsync(CatalogDatasets.All.Single(d => d.Name == name), DatasetFormat.Csv, scope ?? room.Scope, default)).Value;
        return await File.ReadAllLinesAsync(written.Path);
    }

    [Fact]
    public async Task Every_version_is_told_oldest_first_and_a_withdrawn_one_has_no_rows()
    {
        await using var room = await Room.OpenAsync();
        await room.PublishAsync();
        await room.PublishAsync(d => d.Plans[0].Name = "Another", later: TimeSpan.FromDays(1));
        (await room.AskAsync(new WithdrawVersion(room.Db, room.Book), new V1.WithdrawVersionRequest { Number = 2 })).Fault.ShouldBeNull();
        var versions = await LinesAsync(room, "catalog_versions");
        versions[0].ShouldBe("version,effective_at,published_at,withdrawn_at,note,hash");
        versions.Skip(1).Select(l => l.Split(',')[0]).ShouldBe(["1", "2"]);
        versions.Skip(1).Select(l => l.Split(',')[3].Length > 0).ShouldBe([false, true]);
        (await LinesAsync(room, "catalog_plans")).Skip(1).ShouldAllBe(l => l.StartsWith("1,"));
    }

    [Fact]
    public async Task Plans_prices_and_values_are_those_of_the_document()
    {
        await using var room = await Room.OpenAsync();
        await room.PublishAsync();
        (await LinesAsync(room, "catalog_plans")).ShouldBe(
        [
            "version,plan,plan_version,name,product,is_add_on", "1,free,1,Free,free,false", "1,premium,1,Premium,premium,false",
            "1,more_time,1,More on-demand time,extra,true",
        ]);
        (await LinesAsync(room, "catalog_features")).ShouldContain("1,skips,Skips,cap,max,skips,6 per rolling hour");
        (await LinesAsync(room, "catalog_prices")).ShouldBe(
        [
            "version,plan,market,offered_in,open_to_new,price_minor,currency,period_count,period_unit",
            "1,free,WORLD,WORLD,true,,,1,month", "1,premium,WORLD,WORLD,true,999,EUR,1,month", "1,more_time,WORLD,WORLD,true,199,EUR,1,month",
        ]);
        (await LinesAsync(room, "catalog_values")).ShouldBe(
        [
            "version,plan,market,feature,value,amount,unlimited",
            "1,free,WORLD,ads,yes,,false", "1,free,WORLD,playback,on_demand,,false",
            "1,free,WORLD,on_demand_time,\"30 min per calendar day, then shuffle_only\",1800,false", "1,free,WORLD,skips,unlimited,,true",
            "1,premium,WORLD,ads,no,,false", "1,premium,WORLD,playback,on_demand,,false",
            "1,premium,WORLD,on_demand_time,unlimited,,true", "1,premium,WORLD,skips,unlimited,,true",
            "1,more_time,WORLD,on_demand_time,30 min per calendar day,1800,false", // an add-on: what it says, and no fallbacks
        ]);
    }

    [Fact]
    public async Task Anothers_scope_is_empty()
    {
        await using var room = await Room.OpenAsync();
        await room.PublishAsync();
        foreach (var dataset in CatalogDatasets.All) (await LinesAsync(room, dataset.Name, Guid.CreateVersion7())).Length.ShouldBe(1);
    }
}
