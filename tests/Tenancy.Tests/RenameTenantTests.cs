using Busker.Kernel;
using Busker.Rpc;
using Busker.Tenancy.V1;

namespace Busker.Tenancy.Tests;

public sealed class RenameTenantTests
{
    [Fact]
    public async Task A_tenant_gets_its_new_name_and_the_audit_both_names()
    {
        await using var room = await Room.OpenAsync();
        var acme = await room.OwnerAsync();
        (await room.AskAsync<RenameTenantRequest, Tenant>(acme, new RenameTenantRequest { Name = "Acme Music" })).Value.Name.ShouldBe("Acme Music");
        (await room.CountAsync("storage.audit where before->>'name' = 'Acme' and after->>'name' = 'Acme Music'")).ShouldBe(1);
        (await room.AskAsync<RenameTenantRequest, Tenant>(acme, new RenameTenantRequest { Name = new string('x', 101) })).Fault!.Field.ShouldBe("name");
    }
}
