using System.Security.Cryptography;
using Busker.Experiments.V1;
using Busker.Flags;

namespace Busker.FlagServer.Tests;

public sealed class WatchTests
{
    private static async Task<string> BannerAsync(Running server) => (string)(await server.FlagAsync("banner", "{}")).Json["value"]!;

    [Fact]
    public async Task A_new_file_is_served_and_a_bad_one_leaves_the_last_good_and_says_so()
    {
        await using var server = await Running.StartAsync();
        (await BannerAsync(server)).ShouldBe("hello");
        server.Replace(States.Banner("second", "8"));
        await server.UntilAsync(() => server.Host.StateVersion == 8);
        (await BannerAsync(server)).ShouldBe("second");
        server.Replace(States.Banner("third", "9").Replace("\"variant\": \"high\"", "\"variant\": \"higher\"", StringComparison.Ordinal));
        await server.UntilAsync(() => { lock (server.Said) return server.Said.Any(s => s.Contains("higher", StringComparison.Ordinal)); });
        (await BannerAsync(server)).ShouldBe("second");
        (await server.Http.GetStringAsync("readyz")).ShouldBe("ready\n");
        (await server.Http.GetStringAsync("metrics")).ShouldContain("busker_flags_state_stale 1");
        server.Replace(States.Banner("fourth", "10"));
        await server.UntilAsync(() => server.Host.StateVersion == 10);
        (await BannerAsync(server)).ShouldBe("fourth");
        File.Delete(server.StatePath);
        await server.UntilAsync(() => { lock (server.Said) return server.Said.Any(s => s.Contains("cannot be read", StringComparison.Ordinal)); });
        (await BannerAsync(server)).ShouldBe("fourth");
    }

    [Fact]
    public async Task With_trusted_keys_only_a_signed_state_is_served()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var folder = Directory.CreateTempSubdirectory("busker-signed-");
        var path = Path.Combine(folder.FullName, "state.bsk");
        byte[] Signed(string text, string version, ECDsa by) => StateFiles.Write(FlagState.Parser.ParseJson(States.Banner(text, version)), TimeProvider.System, by, "k1");
        FlagServerOptions options = new() { StatePath = path, Port = 0, WatchEvery = TimeSpan.FromMilliseconds(10), Keys = new Dictionary<string, ECDsa> { ["k1"] = key } };
        await File.WriteAllBytesAsync(path, Signed("false", "1", stranger));
        (await FlagHost.StartAsync(options)).Fault!.Reason.ShouldBe("STATE_FILE_UNSIGNED");
        await File.WriteAllTextAsync(path, States.Open);
        (await FlagHost.StartAsync(options)).Fault!.Reason.ShouldBe("STATE_FILE_UNSIGNED");
        await File.WriteAllBytesAsync(path, Signed("true", "2", key));
        await using (var host = (await FlagHost.StartAsync(options)).Value) host.StateVersion.ShouldBe(2ul);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Without_a_state_there_is_nothing_to_serve_and_a_taken_port_is_named()
    {
        (await FlagHost.StartAsync(new() { StatePath = Path.Combine(Path.GetTempPath(), "busker-no-such-state"), Port = 0 })).Fault!.Reason.ShouldBe("STATE_FILE_UNREADABLE");
        await using var server = await Running.StartAsync();
        var second = await FlagHost.StartAsync(new() { StatePath = server.StatePath, Port = server.Host.Address.Port });
        second.Fault!.Message.ShouldContain("is taken");
    }

    [Fact]
    public async Task Probes_and_metrics_tell_what_goes_on()
    {
        await using var server = await Running.StartAsync();
        await server.FlagAsync("banner", "{}");
        await server.FlagAsync("missing", "{}");
        (await server.Http.GetStringAsync("healthz")).ShouldBe("ok\n");
        (await server.Http.GetStringAsync("readyz")).ShouldBe("ready\n");
        var metrics = await server.Http.GetStringAsync("metrics");
        metrics.ShouldContain("busker_flags_requests_total{route=\"ofrep_flag\",status=\"200\"} 1\n");
        metrics.ShouldContain("busker_flags_requests_total{route=\"ofrep_flag\",status=\"404\"} 1\n");
        metrics.ShouldContain("busker_flags_request_seconds_count{route=\"ofrep_flag\"} 2\n");
        metrics.ShouldContain("busker_flags_state_version 7\n");
    }
}
