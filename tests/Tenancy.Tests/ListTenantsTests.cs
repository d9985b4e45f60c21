using Busker.Kernel;
using Busker.Rpc;
using Busker.Tenancy.V1;

namespace Busker.Tenancy.Tests;

public sealed class ListTenantsTests
{
    [Fact]
    public async Task Pages_hold_every_tenant_once_and_a_token_of_elsewhere_is_refused()
    {
        await using var room = await Room.OpenAsync();
        var house = await room.OwnerAsync("House", operate: true);
        for (var n = 0; n < 4; n++) await room.OwnerAsync($"T{n}");
        var names = new List<string>();
        var token = "";
        do
        {
            var page = (await room.AskAsync<ListTenantsRequest, ListTenantsResponse>(house, new ListTenantsRequest { Page = new() { PageSize = 2, PageToken = token } })).Value;
            names.AddRange(page.Tenants.Select(t => t.Name));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        names.Order().ShouldBe(["House", "T0", "T1", "T2", "T3"]);
        (await room.AskAsync<ListKeysRequest, ListKeysResponse>(house, new ListKeysRequest { Page = new() { PageToken = PageToken.After("x", "other") } })).Fault!.Field.ShouldBe("page.page_token");
    }
}
