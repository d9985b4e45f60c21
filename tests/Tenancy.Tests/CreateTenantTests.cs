using Busker.Kernel;
using Busker.Rpc;
using Busker.Tenancy.V1;

namespace Busker.Tenancy.Tests;

public sealed class CreateTenantTests
{
    [Fact]
    public async Task A_new_tenant_comes_with_an_owner_key_that_works_and_a_replay_without_the_secret()
    {
        await using var room = await Room.OpenAsync();
        var house = await room.OwnerAsync("House", operate: true);
        var request = new CreateTenantRequest { Name = " Acme " };
        var first = (await room.AskAsync<CreateTenantRequest, CreateTenantResponse>(house, request, "q")).Value;
        first.Tenant.Name.ShouldBe("Acme");
        var owner = await room.PrincipalAsync(first.Key.Secret);
        new Id<TenantKind>(owner.TenantId).ToString().ShouldBe(first.Tenant.TenantId);
        owner.Permissions.ShouldContain("tenancy.write");
        owner.Permissions.ShouldNotContain("tenancy.operate");

        var again = (await room.AskAsync<CreateTenantRequest, CreateTenantResponse>(house, request, "q")).Value;
        room.LastReplayed.ShouldBeTrue();
        again.Key.Secret.ShouldBeEmpty();
        again.Tenant.ShouldBe(first.Tenant);
        (await room.CountAsync("tenancy.tenant")).ShouldBe(2);
    }

    [Fact]
    public async Task Nothing_that_is_stored_holds_the_secret()
    {
        await using var room = await Room.OpenAsync();
        var house = await room.OwnerAsync("House", operate: true);
        var made = (await room.AskAsync<CreateTenantRequest, CreateTenantResponse>(house, new CreateTenantRequest { Name = "Acme" })).Value;
        var rest = made.Key.Secret[14..];
        (await room.CountAsync($"storage.request where position(convert_to('{rest}', 'utf8') in answer) > 0")).ShouldBe(0);
        (await room.CountAsync($"storage.audit where after::text like '%{rest}%'")).ShouldBe(0);
        (await room.CountAsync($"tenancy.api_key k where k::text like '%{rest}%'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_tenant_without_a_name_is_refused()
    {
        await using var room = await Room.OpenAsync();
        var house = await room.OwnerAsync("House", operate: true);
        (await room.AskAsync<CreateTenantRequest, CreateTenantResponse>(house, new CreateTenantRequest { Name = "  " })).Fault!.Field.ShouldBe("name");
    }
}
