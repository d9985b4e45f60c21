using Busker.Kernel;
using Busker.Rpc;
using Busker.Tenancy.V1;

namespace Busker.Tenancy.Tests;

public sealed class RevokeKeyTests
{
    [Fact]
    public async Task A_revoked_key_opens_nothing_from_the_next_call_on()
    {
        await using var room = await Room.OpenAsync();
        var owner = await room.OwnerAsync();
        var made = (await room.CreateKeyAsync(owner)).Value;
        await room.PrincipalAsync(made.Secret);
        var request = new RevokeKeyRequest { KeyId = made.Key.KeyId };
        var revoked = (await room.AskAsync<RevokeKeyRequest, Key>(owner, request)).Value;
        revoked.RevokeTime.ShouldNotBeNull();
        (await room.Ring.AuthenticateAsync(made.Secret, default)).Fault!.Reason.ShouldBe("KEY_UNKNOWN");
        (await room.AskAsync<RevokeKeyRequest, Key>(owner, request)).Value.ShouldBe(revoked);
    }

    [Fact]
    public async Task Another_host_stops_trusting_it_within_the_promised_time()
    {
        await using var room = await Room.OpenAsync();
        var owner = await room.OwnerAsync();
        var made = (await room.CreateKeyAsync(owner)).Value;
        var elsewhere = new KeyRing(room.Db, new Roles([]));
        (await elsewhere.AuthenticateAsync(made.Secret, default)).Fault.ShouldBeNull();
        await room.AskAsync<RevokeKeyRequest, Key>(owner, new RevokeKeyRequest { KeyId = made.Key.KeyId });
        room.Clock.Move(KeyRing.TrustedFor);
        (await elsewhere.AuthenticateAsync(made.Secret, default)).Fault!.Code.ShouldBe(Code.Unauthenticated);
    }

    [Fact]
    public async Task Another_tenants_key_stays()
    {
        await using var room = await Room.OpenAsync();
        var (owner, rival) = (await room.OwnerAsync(), await room.OwnerAsync("Rival"));
        var made = (await room.CreateKeyAsync(owner)).Value;
        (await room.AskAsync<RevokeKeyRequest, Key>(rival, new RevokeKeyRequest { KeyId = made.Key.KeyId })).Fault!.Code.ShouldBe(Code.NotFound);
        (await room.Ring.AuthenticateAsync(made.Secret, default)).Fault.ShouldBeNull();
    }
}
