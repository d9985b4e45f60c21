using System.Net;
using System.Text.Json;
using Busker.Catalog.Documents;
using Busker.Common.V1;
using Busker.Rpc;
using Busker.Support;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Host.Tests;

/// <summary>
/// Every RPC that the host answers, walked by its descriptor: with another tenant's ids it says NOT_FOUND or
/// PERMISSION_DENIED, and whatever it answers holds nothing of the other tenant's.
/// </summary>
public sealed class TenantIsolationTests
{
    private const string Mark = "a-mark-of-acme";

    /// <summary>
    /// A listener's id is the caller's own word: setting one's plan makes one's own. A search by another's key is a filter
    /// that finds nothing. Both may answer, without anything of the other tenant's.
    /// </summary>
    private static readonly HashSet<string> MayAnswer = ["SetListenerPlan", "SearchAudit"];

    [Fact]
    public async Task No_rpc_shows_or_changes_what_is_anothers()
    {
        await using var house = await House.OpenAsync();
        var (acme, rival) = (await house.TenantAsync($"Acme {Mark}"), await house.TenantAsync("Rival"));
        var ids = await FurnishAsync(house, acme);
        await PublishAsync(house, rival);
        var before = await PictureAsync(house, acme);
        var walked = 0;
        foreach (var method in Methods(house).Where(m => !m.IsServerStreaming).OrderBy(m => MayAnswer.Contains(m.Name)))
        {
            var named = ids.Where(i => method.InputType.FindFieldByName(i.Key) is not null).ToList();
            var body = JsonSerializer.Serialize(named.ToDictionary(i => i.Key, i => (object)i.Value).Concat(Filler(method)).ToDictionary());
            var (status, answer) = await house.AskAsync(rival, $"/{method.Service.FullName}/{method.Name}", body);
            answer.ShouldNotContain(Mark, Case.Sensitive, method.FullName);
            if (named.Count > 0 && !MayAnswer.Contains(method.Name))
                new[] { HttpStatusCode.NotFound, HttpStatusCode.Forbidden }.ShouldContain(status, $"{method.FullName}: {answer}");
            walked++;
        }

        walked.ShouldBeGreaterThan(25);
        (await PictureAsync(house, acme)).ShouldBe(before);
    }

    [Fact]
    public async Task The_walk_would_notice_a_leak()
    {
        await using var house = await House.OpenAsync();
        var acme = await house.TenantAsync($"Acme {Mark}");
        var ids = await FurnishAsync(house, acme);
        var (status, answer) = await house.AskAsync(acme, "/busker.catalog.v1.Catalog/GetDraft", $$"""{"draft_id":"{{ids["draft_id"]}}"}""");
        status.ShouldBe(HttpStatusCode.OK); // what a handler that forgot the scope would answer to the rival
        answer.ShouldContain(Mark);
    }

    private static IEnumerable<MethodDescriptor> Methods(House house) => house.Host.Services.GetServices<RpcRegistration>()
        .SelectMany(r => r.Service.Methods).Where(m => m.GetOptions()?.GetExtension(OptionsExtensions.Rule) is not null);

    /// <summary>What a method needs to get past its field checks and to the rows.</summary>
    private static Dictionary<string, object> Filler(MethodDescriptor method)
    {
        var filler = new Dictionary<string, object>();
        void Set(string field, object value)
        {
            if (method.InputType.FindFieldByName(field) is not null) filler[field] = value;
        }

        Set("request_id", Guid.CreateVersion7().ToString());
        Set("etag", Guid.Empty.ToString("n"));
        Set("feature", "skips");
        Set("amount", 1);
        Set("plan", "free");
        Set("market", "WORLD");
        if (method.Name == "SetMemberRole") Set("role", "ROLE_ANALYST");
        return filler;
    }

    /// <summary>Both sell the same, so that nothing is refused for want of a catalog.</summary>
    private static async Task PublishAsync(House house, string secret)
    {
        var document = (await DocumentFile.ReadAsync(Path.Combine(Checkout.Root, "samples", "catalogs", "tiny.yaml"), default)).Value;
        var (_, draft) = await house.AskAsync(secret, "/busker.catalog.v1.Catalog/CreateDraft", $$"""{"request_id":"p1","document":{{JsonFormatter.Default.Format(document)}}}""");
        var made = JsonDocument.Parse(draft).RootElement;
        var (status, answer) = await house.AskAsync(secret, "/busker.catalog.v1.Catalog/PublishDraft",
            $$"""{"request_id":"p2","draft_id":"{{made.GetProperty("draftId").GetString()}}","etag":"{{made.GetProperty("etag").GetString()}}"}""");
        status.ShouldBe(HttpStatusCode.OK, answer);
    }

    /// <summary>One of everything, marked. Returns the ids by the name of the field that takes them.</summary>
    private static async Task<Dictionary<string, string>> FurnishAsync(House house, string acme)
    {
        async Task<JsonElement> Do(string path, string json)
        {
            var (status, body) = await house.AskAsync(acme, path, json);
            status.ShouldBe(HttpStatusCode.OK, body);
            return JsonDocument.Parse(body).RootElement;
        }

        await PublishAsync(house, acme);
        await Do("/busker.entitlements.v1.Entitlements/SetListenerPlan", """{"request_id":"l","listener_id":"ann","plan":"free","market":"WORLD"}""");
        var draft = await Do("/busker.catalog.v1.Catalog/CreateDraft", $$"""{"request_id":"a","note":"{{Mark}}"}""");
        var key = await Do("/busker.tenancy.v1.Tenancy/CreateKey", $$"""{"request_id":"b","name":"{{Mark}}","environment":"ENVIRONMENT_TEST","role":"ROLE_ANALYST"}""");
        var member = await Do("/busker.tenancy.v1.Tenancy/AddMember", $$"""{"request_id":"c","email":"{{Mark}}@example.com","role":"ROLE_OWNER"}""");
        var tenant = await Do("/busker.tenancy.v1.Tenancy/GetTenant", "{}");
        return new Dictionary<string, string>
        {
            ["draft_id"] = draft.GetProperty("draftId").GetString()!,
            ["key_id"] = key.GetProperty("key").GetProperty("keyId").GetString()!,
            ["member_id"] = member.GetProperty("memberId").GetString()!,
            ["tenant_id"] = tenant.GetProperty("tenantId").GetString()!,
            ["listener_id"] = "ann",
        };
    }

    private static async Task<string> PictureAsync(House house, string acme)
    {
        var parts = new List<string>();
        foreach (var path in new[] { "catalog.v1.Catalog/ListDrafts", "tenancy.v1.Tenancy/ListMembers", "tenancy.v1.Tenancy/GetTenant", "entitlements.v1.Entitlements/ListListeners" })
            parts.Add((await house.AskAsync(acme, $"/busker.{path}", "{}")).Body);
        return string.Join('\n', parts);
    }
}
