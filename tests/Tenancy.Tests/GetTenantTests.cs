using Busker.Kernel;
using Busker.Rpc;
using Busker.Tenancy.V1;

namespace Busker.Tenancy.Tests;

public sealed class GetTenantTests
{
    [Fact]
    public async Task A_tenant_sees_itself_an_operator_everybody_and_nobody_else_another()
    {
        await using var room = await Room.OpenAsync();
        var (house, acme, rival) = (await room.OwnerAsync("House", operate: true), await room.OwnerAsync("Acme"), await room.OwnerAsync("Rival"));
        var id = new Id<TenantKind>(acme.TenantId).ToString();
        async Task<Result<Tenant>> Get(Principal who, string tenant) =>
            await room.AskAsync<GetTenantRequest, Tenant>(who, new GetTenantRequest { TenantId = tenant });
        (await Get(acme, "")).Value.Name.ShouldBe("Acme");
        (await Get(acme, id)).Value.TenantId.ShouldBe(id);
        (await Get(house, id)).Value.Name.ShouldBe("Acme");
        (await Get(rival, id)).Fault!.Code.ShouldBe(Code.NotFound);
        (await Get(rival, "acme")).Fault!.Field.ShouldBe("tenant_id");
    }
}
