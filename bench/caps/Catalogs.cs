using System.Collections.Frozen;
using Busker.Catalog;
using Busker.Catalog.Documents;
using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Bench.Caps;

/// <summary>Publishes the tiny sample with a limit that is never reached, through the room's own handlers.</summary>
internal static class Catalogs
{
    public static async Task PublishAsync(Db db, Guid scope)
    {
        var read = await DocumentFile.ReadAsync(Path.Combine(BenchResult.Root, "samples", "catalogs", "tiny.yaml"), default);
        var document = read.Value;
        document.Plans.Single(p => p.Key == "free").Settings.Single(s => s.Feature == "on_demand_time").Value.Cap.Limit = 1_000_000_000;
        await using var services = new ServiceCollection().AddSingleton(db).AddCatalog().BuildServiceProvider();
        var registration = services.GetRequiredService<RpcRegistration>();
        var draft = await AskAsync<CreateDraftRequest, Draft>("CreateDraft", new CreateDraftRequest { Document = document });
        await AskAsync<PublishDraftRequest, Catalog.V1.Version>("PublishDraft", new PublishDraftRequest { DraftId = draft.DraftId, Etag = draft.Etag });

        async Task<TResponse> AskAsync<TRequest, TResponse>(string method, TRequest request)
            where TRequest : class, IMessage<TRequest>, new()
            where TResponse : class, IMessage<TResponse>
        {
            var handler = (IRpc<TRequest, TResponse>)services.GetRequiredService(registration.Handlers.Single(h => h.Name == method));
            var principal = new Principal(scope, scope, scope, KeyEnvironment.Test, FrozenSet<string>.Empty, RateLimit.None);
            var answer = await handler.HandleAsync(request, new Call { Principal = principal, Method = method, RequestId = method, Request = request }, default);
            return answer.Fault is { } fault ? throw new InvalidOperationException(fault.Message) : answer.Value;
        }
    }
}
