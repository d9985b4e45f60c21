using Busker.Catalog.V1;

namespace Busker.Catalog.Tests;

public sealed class DiffVersionsTests
{
    [Fact]
    public async Task Two_versions_differ_in_sentences_forth_and_back()
    {
        await using var room = await Room.OpenAsync();
        await room.PublishAsync();
        await room.PublishAsync(d => d.Plans.Single(p => p.Key == "free").Settings.Single(s => s.Feature == "on_demand_time").Value.Cap.Limit = 3600);
        (await Lines(1, 2)).ShouldBe(["free in WORLD: on_demand_time 30 min per calendar day, then shuffle_only → 1 h per calendar day, then shuffle_only"]);
        (await Lines(2, 1)).ShouldBe(["free in WORLD: on_demand_time 1 h per calendar day, then shuffle_only → 30 min per calendar day, then shuffle_only"]);
        (await Lines(2, 2)).ShouldBeEmpty();
        (await Lines(0, 1)).ShouldContain("plan premium: added");
        (await room.AskAsync(new DiffVersions(room.Db), new DiffVersionsRequest { FromNumber = 1, ToNumber = 9 })).Fault!.Field.ShouldBe("to_number");
        (await room.AskAsync(new DiffVersions(room.Db), new DiffVersionsRequest { FromNumber = 1 }, scope: Guid.CreateVersion7())).Fault!.Field.ShouldBe("from_number");

        async Task<IEnumerable<string>> Lines(int from, int to) =>
            (await room.AskAsync(new DiffVersions(room.Db), new DiffVersionsRequest { FromNumber = from, ToNumber = to })).Value.Changes.Select(c => c.Text);
    }
}
