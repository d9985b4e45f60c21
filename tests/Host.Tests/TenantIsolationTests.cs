using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Catalog.Documents;
using Busker.Common.V1;
using Busker.Entitlements.V1;
using Busker.Rpc;
using Busker.Storage;
using Busker.Support;
using Busker.Tenancy;
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
            var (body, names) = Request(method.InputType, method.Name, ids);
            var (status, answer) = await house.AskAsync(rival, $"/{method.Service.FullName}/{method.Name}", body.ToJsonString());
            answer.ShouldNotContain(Mark, Case.Sensitive, method.FullName);
            if (names && !MayAnswer.Contains(method.Name)) Refused(status, answer).ShouldBeTrue($"{method.FullName}: {answer}");
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
        var (batch, names) = Request(EntitlementsReflection.Descriptor.Services[0].FindMethodByName("ConsumeCaps").InputType, "ConsumeCaps", ids);
        names.ShouldBeTrue();
        var consumed = await house.AskAsync(acme, "/busker.entitlements.v1.Entitlements/ConsumeCaps", batch.ToJsonString());
        Refused(consumed.Status, consumed.Body).ShouldBeFalse(); // a batch that took another's listeners would be seen as well
    }

    private static IEnumerable<MethodDescriptor> Methods(House house) => house.Host.Services.GetServices<RpcRegistration>()
        .SelectMany(r => r.Service.Methods).Where(m => m.GetOptions()?.GetExtension(OptionsExtensions.Rule) is not null);

    /// <summary>The other's ids wherever the message has a field for them, also in its parts, and whether it has one.</summary>
    private static (JsonObject Body, bool Names) Request(MessageDescriptor type, string method, Dictionary<string, string> ids)
    {
        var body = Filler(type, method);
        var named = ids.Where(i => type.FindFieldByName(i.Key) is not null).ToList();
        foreach (var (field, id) in named) body[field] = id;
        var names = named.Count > 0;
        foreach (var field in type.Fields.InDeclarationOrder().Where(f => f.FieldType == FieldType.Message && f.IsRepeated && !f.IsMap))
        {
            var (part, partNames) = Request(field.MessageType, method, ids);
            if (partNames) body[field.Name] = new JsonArray(part);
            names |= partNames;
        }

        return (body, names);
    }

    /// <summary>The call, or each of its parts, was NOT_FOUND or PERMISSION_DENIED.</summary>
    private static bool Refused(HttpStatusCode status, string answer) => status == HttpStatusCode.OK
        ? JsonNode.Parse(answer)!["results"] is JsonArray { Count: > 0 } parts && parts.All(p => (int?)p!["refusal"]?["code"] is 5 or 7)
        : status is HttpStatusCode.NotFound or HttpStatusCode.Forbidden;

    /// <summary>What a method needs to get past its field checks and to the rows.</summary>
    private static JsonObject Filler(MessageDescriptor type, string method)
    {
        var filler = new JsonObject();
        void Set(string field, JsonNode value)
        {
            if (type.FindFieldByName(field) is not null) filler[field] = value;
        }

        Set("request_id", Guid.CreateVersion7().ToString());
        Set("etag", Guid.Empty.ToString("n"));
        Set("feature", "skips");
        Set("amount", 1);
        Set("plan", "free");
        Set("market", "WORLD");
        if (method == "SetMemberRole") Set("role", "ROLE_ANALYST");
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
        await DieAsync(house, acme);
        var dead = await Do("/busker.operations.v1.Operations/ListDeadJobs", "{}");
        return new Dictionary<string, string>
        {
            ["job_id"] = dead.GetProperty("jobs")[0].GetProperty("jobId").GetString()!,
            ["draft_id"] = draft.GetProperty("draftId").GetString()!,
            ["key_id"] = key.GetProperty("key").GetProperty("keyId").GetString()!,
            ["member_id"] = member.GetProperty("memberId").GetString()!,
            ["tenant_id"] = tenant.GetProperty("tenantId").GetString()!,
            ["listener_id"] = "ann",
        };
    }

    /// <summary>A marked job that failed for good.</summary>
    private static async Task DieAsync(House house, string acme)
    {
        var db = house.Host.Services.GetRequiredService<Db>();
        var scope = (await house.Host.Services.GetRequiredService<KeyRing>().AuthenticateAsync(acme, default)).Value.Scope;
        await db.InTransactionAsync((tx, ct) => Jobs.EnqueueAsync(tx, new NewJob(scope, "test.fail", Mark), ct), default);
        await new JobWorkers(db, [new JobKind("test.fail", (_, _) => throw new InvalidOperationException(Mark)) { AttemptsMax = 1 }]).RunDueAsync(default);
    }

    private static async Task<string> PictureAsync(House house, string acme)
    {
        var parts = new List<string>();
        foreach (var path in new[] { "catalog.v1.Catalog/ListDrafts", "tenancy.v1.Tenancy/ListMembers", "tenancy.v1.Tenancy/GetTenant", "entitlements.v1.Entitlements/ListListeners", "operations.v1.Operations/ListDeadJobs" })
            parts.Add((await house.AskAsync(acme, $"/busker.{path}", "{}")).Body);
        return string.Join('\n', parts);
    }
}
