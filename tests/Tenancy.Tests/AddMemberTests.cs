using Busker.Kernel;
using Busker.Rpc;
using Busker.Tenancy.V1;

namespace Busker.Tenancy.Tests;

public sealed class AddMemberTests
{
    [Fact]
    public async Task An_address_is_a_member_once_whatever_its_case()
    {
        await using var room = await Room.OpenAsync();
        var owner = await room.OwnerAsync();
        (await room.AddMemberAsync(owner, "Ann@Example.com")).Value.Email.ShouldBe("ann@example.com");
        (await room.AddMemberAsync(owner, "ann@example.com")).Fault!.Code.ShouldBe(Code.AlreadyExists);
        (await room.AddMemberAsync(await room.OwnerAsync("Rival"), "ann@example.com")).Fault.ShouldBeNull();
    }

    [Theory]
    [InlineData("ann", "email")]
    [InlineData("a b@example.com", "email")]
    [InlineData("@example.com", "email")]
    public async Task A_wrong_field_is_named(string email, string field)
    {
        await using var room = await Room.OpenAsync();
        (await room.AddMemberAsync(await room.OwnerAsync(), email)).Fault!.Field.ShouldBe(field);
    }
}
