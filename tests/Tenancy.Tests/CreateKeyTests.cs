using Busker.Kernel;
using Busker.Rpc;
using Busker.Tenancy.V1;

namespace Busker.Tenancy.Tests;

public sealed class CreateKeyTests
{
    [Fact]
    public async Task A_key_opens_the_world_and_has_the_permissions_it_was_made_for()
    {
        await using var room = await Room.OpenAsync();
        var owner = await room.OwnerAsync();
        var made = (await room.CreateKeyAsync(owner, Role.Service, rate: 5)).Value;
        made.Secret.ShouldStartWith("bk_test_");
        made.Key.Hint.ShouldStartWith("bk_test_");
        made.Key.RateBurst.ShouldBe(10);
        var principal = await room.PrincipalAsync(made.Secret);
        principal.Scope.ShouldBe(owner.Scope);
        principal.Limit.ShouldBe(new RateLimit(5, 10));
        principal.Permissions.ShouldContain("tenancy.read");
        principal.Permissions.ShouldNotContain("tenancy.write");
    }

    [Fact]
    public async Task A_repeat_makes_no_second_key_and_shows_no_secret()
    {
        await using var room = await Room.OpenAsync();
        var owner = await room.OwnerAsync();
        var first = (await room.CreateKeyAsync(owner, requestId: "q")).Value;
        var again = (await room.CreateKeyAsync(owner, requestId: "q")).Value;
        again.Key.ShouldBe(first.Key);
        again.Secret.ShouldBeEmpty();
        (await room.CreateKeyAsync(owner, Role.Owner, requestId: "q")).Fault!.Reason.ShouldBe("REQUEST_ID_REUSED");
        (await room.CountAsync("tenancy.api_key")).ShouldBe(2);
    }

    [Fact]
    public async Task No_key_makes_one_that_may_do_more_and_a_test_key_makes_no_live_one()
    {
        await using var room = await Room.OpenAsync();
        var opened = await room.Book.OpenAsync("Acme", operate: false, default);
        var owner = await room.PrincipalAsync(opened.Secret);
        var developer = await room.PrincipalAsync((await room.CreateKeyAsync(owner)).Value.Secret);
        (await room.CreateKeyAsync(developer, Role.Owner)).Fault!.Reason.ShouldBe("ROLE_TOO_HIGH");
        (await room.CreateKeyAsync(owner, environment: V1.Environment.Live)).Fault!.Reason.ShouldBe("LIVE_KEY_NEEDS_LIVE_KEY");
        var live = (await room.CreateKeyAsync(Room.Live(owner, opened.LiveScope), environment: V1.Environment.Live)).Value;
        (await room.PrincipalAsync(live.Secret)).Scope.ShouldBe(opened.LiveScope);
    }

    [Theory]
    [InlineData("", V1.Environment.Test, Role.Owner, 0, 0, "name")]
    [InlineData("n", V1.Environment.Unspecified, Role.Owner, 0, 0, "environment")]
    [InlineData("n", V1.Environment.Test, Role.Operator, 0, 0, "role")]
    [InlineData("n", V1.Environment.Test, Role.Owner, -1, 0, "rate_per_second")]
    [InlineData("n", V1.Environment.Test, Role.Owner, 0, 3, "rate_burst")]
    public async Task A_wrong_field_is_named(string name, V1.Environment environment, Role role, int rate, int burst, string field)
    {
        await using var room = await Room.OpenAsync();
        var request = new CreateKeyRequest { Name = name, Environment = environment, Role = role, RatePerSecond = rate, RateBurst = burst };
        (await room.AskAsync<CreateKeyRequest, KeyWithSecret>(await room.OwnerAsync(), request)).Fault!.Field.ShouldBe(field);
    }
}
