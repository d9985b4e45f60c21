using Busker.Kernel;
using Busker.Rpc;
using Busker.Tenancy.V1;

namespace Busker.Tenancy.Tests;

public sealed class SearchAuditTests
{
    [Fact]
    public async Task Every_change_of_this_world_is_found_by_what_when_and_who()
    {
        await using var room = await Room.OpenAsync();
        var (owner, rival) = (await room.OwnerAsync(), await room.OwnerAsync("Rival"));
        var key = (await room.CreateKeyAsync(owner)).Value.Key;
        await room.AskAsync<RevokeKeyRequest, Key>(owner, new RevokeKeyRequest { KeyId = key.KeyId });
        async Task<IReadOnlyList<V1.AuditEntry>> Search(Principal who, SearchAuditRequest request) =>
            (await room.AskAsync<SearchAuditRequest, SearchAuditResponse>(who, request)).Value.Entries;

        var entries = await Search(owner, new SearchAuditRequest { Subject = key.KeyId });
        entries.Select(e => e.Method[(e.Method.LastIndexOf('.') + 1)..]).ShouldBe(["RevokeKey", "CreateKey"]);
        entries[0].Before.StructValue.Fields["revoked"].BoolValue.ShouldBeFalse();
        entries[0].After.StructValue.Fields["revoked"].BoolValue.ShouldBeTrue();
        entries[1].Before.ShouldBeNull();
        entries[1].KeyId.ShouldBe(new Id<KeyKind>(owner.KeyId).ToString());
        (await Search(rival, new SearchAuditRequest { Subject = key.KeyId })).ShouldBeEmpty();
        (await Search(owner, new SearchAuditRequest { ToTime = entries[1].Time })).Count.ShouldBe(2); // the tenant and its first key
    }

    [Fact]
    public async Task Pages_follow_one_another_and_a_wrong_field_is_named()
    {
        await using var room = await Room.OpenAsync();
        var owner = await room.OwnerAsync();
        for (var n = 0; n < 3; n++) await room.CreateKeyAsync(owner);
        var first = (await room.AskAsync<SearchAuditRequest, SearchAuditResponse>(owner, new SearchAuditRequest { Page = new() { PageSize = 3 } })).Value;
        var second = (await room.AskAsync<SearchAuditRequest, SearchAuditResponse>(owner, new SearchAuditRequest { Page = new() { PageSize = 3, PageToken = first.NextPageToken } })).Value;
        first.Entries.Concat(second.Entries).Select(e => e.AuditId).Distinct().Count().ShouldBe(5);
        (await room.AskAsync<SearchAuditRequest, SearchAuditResponse>(owner, new SearchAuditRequest { KeyId = "k" })).Fault!.Field.ShouldBe("key_id");
    }
}
