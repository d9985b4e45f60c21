using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Busker.Catalog.Documents;
using Busker.Catalog.V1;
using Busker.Entitlements.V1;
using Busker.Host;
using Busker.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Cli.Commands;

/// <summary>
/// On an empty database: a tenant called demo, a key of it, and the sample catalog published through the API like anybody's.
/// The secret is kept in the state directory, readable by its owner only, so that a second start can print it again.
/// </summary>
internal static class DemoTenant
{
    internal sealed record Keys(string Secret, string OperatorSecret);

    /// <returns>The keys, or null when this database is somebody's already.</returns>
    public static async Task<Keys?> EnsureAsync(BuskerHost host, string data, X509Certificate2? certificate, Steps steps, CancellationToken ct)
    {
        var book = host.Services.GetRequiredService<TenantBook>();
        if (!await book.IsEmptyAsync(ct)) return await KeptAsync(data, ct);

        steps.Begin("loading the sample catalog for the demo tenant");
        var house = await book.OpenAsync("house", operate: true, ct);
        var demo = await book.OpenAsync("demo", operate: false, ct);
        var keys = new Keys(demo.Secret, house.Secret);
        await WriteAsync(FileIn(data), keys, ct);
        using var api = new Api(host.Addresses[0], demo.Secret, certificate);
        await PublishAsync(api, Path.Combine(Checkout.Root, "samples", "catalogs", "streaming.yaml"), ct);
        await api.AskAsync("entitlements.v1.Entitlements/SetListenerPlan",
            new SetListenerPlanRequest { RequestId = "demo-ann", ListenerId = "ann", Plan = "premium_individual", Market = "SE", TimeZone = "Europe/Stockholm" }, Listener.Parser, ct);
        steps.Done();
        return keys;
    }

    /// <returns>The keys kept in the state directory by whoever loaded the demo, or null.</returns>
    public static async Task<Keys?> KeptAsync(string data, CancellationToken ct) =>
        File.Exists(FileIn(data)) ? JsonSerializer.Deserialize<Keys>(await File.ReadAllTextAsync(FileIn(data), ct)) : null;

    private static string FileIn(string data) => Path.Combine(data, "demo.json");

    private static async Task PublishAsync(Api api, string path, CancellationToken ct)
    {
        var document = await DocumentFile.ReadAsync(path, ct);
        if (document.Fault is { } fault) throw new InvalidOperationException(fault.Message);
        var draft = await api.AskAsync("catalog.v1.Catalog/CreateDraft",
            new CreateDraftRequest { RequestId = "demo-draft", Note = "The sample catalog.", Document = document.Value }, Draft.Parser, ct);
        await api.AskAsync("catalog.v1.Catalog/PublishDraft",
            new PublishDraftRequest { RequestId = "demo-publish", DraftId = draft.DraftId, Etag = draft.Etag }, Catalog.V1.Version.Parser, ct);
    }

    private static async Task WriteAsync(string file, Keys keys, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var stream = new FileStream(file, options);
        await JsonSerializer.SerializeAsync(stream, keys, cancellationToken: ct);
    }
}
