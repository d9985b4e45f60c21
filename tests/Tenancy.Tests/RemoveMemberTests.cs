using Busker.Kernel;
using Busker.Rpc;
using Busker.Tenancy.V1;

namespace Busker.Tenancy.Tests;

public sealed class RemoveMemberTests
{
    [Fact]
    public async Task Nothing_of_a_removed_person_stays_and_the_last_owner_does()
    {
        await using var room = await Room.OpenAsync();
        var owner = await room.OwnerAsync();
        var ann = (await room.AddMemberAsync(owner, "ann@example.com", Role.Owner)).Value.MemberId;
        var bob = (await room.AddMemberAsync(owner, "bob@example.com")).Value.MemberId;
        async Task<Fault?> Remove(Principal who, string id) =>
            (await room.AskAsync<RemoveMemberRequest, RemoveMemberResponse>(who, new RemoveMemberRequest { MemberId = id })).Fault;
        (await Remove(owner, ann))!.Reason.ShouldBe("LAST_OWNER");
        (await Remove(await room.OwnerAsync("Rival"), bob))!.Code.ShouldBe(Code.NotFound);
        (await Remove(owner, bob)).ShouldBeNull();
        (await Remove(owner, bob))!.Code.ShouldBe(Code.NotFound);
        (await room.CountAsync("storage.audit a where a::text like '%bob@%'")).ShouldBe(0);
        (await room.CountAsync("tenancy.member where email like 'bob%'")).ShouldBe(0);
    }
}
