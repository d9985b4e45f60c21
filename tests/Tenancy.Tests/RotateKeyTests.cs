using Busker.Kernel;
using Busker.Rpc;
using Busker.Tenancy.V1;

namespace Busker.Tenancy.Tests;

public sealed class RotateKeyTests
{
    [Fact]
    public async Task Both_secrets_work_until_the_grace_is_over_and_then_only_the_new_one()
    {
        await using var room = await Room.OpenAsync();
        var owner = await room.OwnerAsync();
        var old = (await room.CreateKeyAsync(owner)).Value;
        var request = new RotateKeyRequest { KeyId = old.Key.KeyId, GraceSeconds = 60 };
        var rotated = (await room.AskAsync<RotateKeyRequest, KeyWithSecret>(owner, request, "q")).Value;
        rotated.Key.KeyId.ShouldBe(old.Key.KeyId);
        (await room.PrincipalAsync(old.Secret)).KeyId.ShouldBe((await room.PrincipalAsync(rotated.Secret)).KeyId);
        (await room.AskAsync<RotateKeyRequest, KeyWithSecret>(owner, request, "q")).Value.Secret.ShouldBeEmpty();
        room.Clock.Move(TimeSpan.FromSeconds(61));
        (await room.Ring.AuthenticateAsync(old.Secret, default)).Fault!.Code.ShouldBe(Code.Unauthenticated);
        (await room.Ring.AuthenticateAsync(rotated.Secret, default)).Fault.ShouldBeNull();
    }

    [Fact]
    public async Task Another_tenants_key_is_not_there_and_a_wrong_field_is_named()
    {
        await using var room = await Room.OpenAsync();
        var (owner, rival) = (await room.OwnerAsync(), await room.OwnerAsync("Rival"));
        var key = (await room.CreateKeyAsync(owner)).Value.Key.KeyId;
        async Task<Fault> Rotate(Principal who, string id, int grace) =>
            (await room.AskAsync<RotateKeyRequest, KeyWithSecret>(who, new RotateKeyRequest { KeyId = id, GraceSeconds = grace })).Fault!;
        (await Rotate(rival, key, 0)).Code.ShouldBe(Code.NotFound);
        (await Rotate(owner, "key_1", 0)).Field.ShouldBe("key_id");
        (await Rotate(owner, key, 8 * 24 * 3600)).Field.ShouldBe("grace_seconds");
    }
}
