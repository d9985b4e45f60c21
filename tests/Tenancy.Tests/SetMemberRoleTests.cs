using Busker.Kernel;
using Busker.Rpc;
using Busker.Tenancy.V1;

namespace Busker.Tenancy.Tests;

public sealed class SetMemberRoleTests
{
    private static SetMemberRoleRequest To(string member, Role role) => new() { MemberId = member, Role = role };

    [Fact]
    public async Task The_last_owner_stays_owner_until_there_is_another()
    {
        await using var room = await Room.OpenAsync();
        var owner = await room.OwnerAsync();
        var ann = (await room.AddMemberAsync(owner, "ann@example.com", Role.Owner)).Value.MemberId;
        var bob = (await room.AddMemberAsync(owner, "bob@example.com")).Value.MemberId;
        (await room.AskAsync<SetMemberRoleRequest, Member>(owner, To(ann, Role.Analyst))).Fault!.Reason.ShouldBe("LAST_OWNER");
        (await room.AskAsync<SetMemberRoleRequest, Member>(owner, To(bob, Role.Owner))).Value.Role.ShouldBe(Role.Owner);
        (await room.AskAsync<SetMemberRoleRequest, Member>(owner, To(ann, Role.Analyst))).Value.Role.ShouldBe(Role.Analyst);
    }

    [Fact]
    public async Task Two_owners_who_demote_each_other_at_once_leave_one()
    {
        await using var room = await Room.OpenAsync();
        var owner = await room.OwnerAsync();
        var ann = (await room.AddMemberAsync(owner, "ann@example.com", Role.Owner)).Value.MemberId;
        var bob = (await room.AddMemberAsync(owner, "bob@example.com", Role.Owner)).Value.MemberId;
        var both = await Task.WhenAll(new[] { ann, bob }.Select(m => room.AskAsync<SetMemberRoleRequest, Member>(owner, To(m, Role.Analyst))));
        both.Count(r => r.Fault is null).ShouldBe(1);
        (await room.CountAsync("tenancy.member where role = 4")).ShouldBe(1);
    }

    [Fact]
    public async Task Another_tenants_member_is_not_there()
    {
        await using var room = await Room.OpenAsync();
        var ann = (await room.AddMemberAsync(await room.OwnerAsync(), "ann@example.com")).Value.MemberId;
        (await room.AskAsync<SetMemberRoleRequest, Member>(await room.OwnerAsync("Rival"), To(ann, Role.Owner))).Fault!.Code.ShouldBe(Code.NotFound);
    }
}
