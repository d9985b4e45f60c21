using Busker.Kernel;
using Busker.Rpc;
using Busker.Tenancy.V1;

namespace Busker.Tenancy.Tests;

public sealed class ListKeysTests
{
    [Fact]
    public async Task A_tenant_sees_its_own_keys_newest_first_and_when_they_were_used()
    {
        await using var room = await Room.OpenAsync();
        var (owner, rival) = (await room.OwnerAsync(), await room.OwnerAsync("Rival"));
        var made = (await room.CreateKeyAsync(owner)).Value;
        await room.PrincipalAsync(made.Secret);
        await room.Ring.NoteUsesAsync(default);
        var keys = (await room.AskAsync<ListKeysRequest, ListKeysResponse>(owner, new ListKeysRequest())).Value.Keys;
        keys.Select(k => k.KeyId).ShouldBe([made.Key.KeyId, new Id<KeyKind>(owner.KeyId).ToString()]);
        keys[0].LastUseTime.ShouldNotBeNull();
        (await room.AskAsync<ListKeysRequest, ListKeysResponse>(rival, new ListKeysRequest())).Value.Keys.Count.ShouldBe(1);
    }
}
