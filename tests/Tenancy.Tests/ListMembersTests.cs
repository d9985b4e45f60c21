using Busker.Kernel;
using Busker.Rpc;
using Busker.Tenancy.V1;

namespace Busker.Tenancy.Tests;

public sealed class ListMembersTests
{
    [Fact]
    public async Task A_tenant_sees_its_own_people_oldest_first()
    {
        await using var room = await Room.OpenAsync();
        var (owner, rival) = (await room.OwnerAsync(), await room.OwnerAsync("Rival"));
        await room.AddMemberAsync(owner, "ann@example.com", Role.Owner);
        room.Clock.Move(TimeSpan.FromMilliseconds(5));
        await room.AddMemberAsync(owner, "bob@example.com");
        async Task<IEnumerable<string>> List(Principal who) =>
            (await room.AskAsync<ListMembersRequest, ListMembersResponse>(who, new ListMembersRequest())).Value.Members.Select(m => m.Email);
        (await List(owner)).ShouldBe(["ann@example.com", "bob@example.com"]);
        (await List(rival)).ShouldBeEmpty();
    }
}
