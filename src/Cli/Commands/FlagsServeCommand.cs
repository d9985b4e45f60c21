using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Busker.FlagServer;

namespace Busker.Cli.Commands;

/// <summary>`busker flags serve`: answers OFREP, Confidence and flagd from one state file, and watches it.</summary>
internal static class FlagsServeCommand
{
    private static readonly Option<FileInfo> State = new("--state") { Required = true, Description = "A state: BSK1 file or protobuf JSON. Replace it to change what is answered." };
    private static readonly Option<int> Port = new("--port") { DefaultValueFactory = _ => 8016, Description = "0 takes a free port." };
    private static readonly Option<string> Address = new("--address") { DefaultValueFactory = _ => "127.0.0.1", Description = "The address to listen on; 0.0.0.0 is all." };
    private static readonly Option<string[]> Trust = new("--trust") { DefaultValueFactory = _ => [], Description = "KEY_ID=FILE, a public key in PEM: then only states signed by such a key are served." };
    private static readonly Option<string?> Sign = new("--sign") { Description = "KEY_ID=FILE, a private key in PEM: signs the states and deltas that clients fetch." };
    private static readonly Option<string[]> Origins = new("--origin") { DefaultValueFactory = _ => ["*"], Description = "Origins of browser pages that may ask; others get 403." };
    private static readonly Option<Uri?> PublicUrl = new("--public-url") { Description = "What browsers call this server, when a proxy stands before it." };
    private static readonly Option<double?> Rate = new("--rate") { Description = "Requests a second each client may make; more get 429." };
    private static readonly Option<FileInfo?> TokenKey = new("--token-key") { Description = "A file with 32 random bytes that seal resolve tokens; the same on each server of an account." };
    private static readonly Option<string?> Exposures = new("--exposures") { Description = "A file that exposures are appended to, one batch a line; - is standard output." };

    public static Command Create()
    {
        var command = new Command("serve", "Answer OFREP 0.3, Confidence and flagd from a state file; no database.") { State, Port, Address, Trust, Sign, Origins, PublicUrl, Rate, TokenKey, Exposures };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var options = Options(parsed, out var wrong);
        if (options is null) return Refuse(wrong!);
        var started = await FlagHost.StartAsync(options);
        if (started.Fault is { } fault) return Refuse(fault.Message);
        await using var host = started.Value;
        var words = parsed.GetValue(Exposures) == "-" ? Console.Error : Console.Out;
        words.WriteLine($"version {host.StateVersion} is served: {host.FlagCount} flags, at {host.Address}");
        words.WriteLine($"  curl -X POST {host.Address}ofrep/v1/evaluate/flags -d '{{\"context\":{{\"targetingKey\":\"user-1\"}}}}'");
        await AskedToStopAsync(host, stop);
        words.WriteLine("stopping");
        return 0;
    }

    private static async Task AskedToStopAsync(FlagHost host, CancellationToken stop)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Ask(PosixSignalContext signal)
        {
            signal.Cancel = true;
            asked.TrySetResult();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask);
        await using var cancelled = stop.Register(() => asked.TrySetResult());
        await Task.WhenAny(asked.Task, host.Stopped);
    }

    private static FlagServerOptions? Options(ParseResult parsed, out string? wrong)
    {
        wrong = null;
        if (!IPAddress.TryParse(parsed.GetValue(Address), out var address)) wrong = $"--address {parsed.GetValue(Address)}: this is not an IP address";
        var tokenKey = parsed.GetValue(TokenKey) is { Exists: true } file ? File.ReadAllBytes(file.FullName) : null;
        if (parsed.GetValue(TokenKey) is not null && tokenKey?.Length != 32) wrong = "--token-key: this is not a file of exactly 32 bytes";
        var keys = Keys(parsed.GetValue(Trust)!, ref wrong);
        var signing = parsed.GetValue(Sign) is { } sign ? Keys([sign], ref wrong)?.Single() : null;
        if (wrong is not null) return null;
        return new()
        {
            StatePath = parsed.GetValue(State)!.FullName, Address = address!, Port = parsed.GetValue(Port), Keys = keys,
            SigningKey = signing?.Value, SigningKeyId = signing?.Key ?? "",
            Origins = parsed.GetValue(Origins)!, PublicUrl = parsed.GetValue(PublicUrl), RequestsPerSecond = parsed.GetValue(Rate),
            TokenKey = tokenKey, ExposurePath = parsed.GetValue(Exposures), Say = Console.Error.WriteLine,
        };
    }

    private static Dictionary<string, ECDsa>? Keys(string[] trusted, ref string? wrong)
    {
        if (trusted.Length == 0) return null;
        var keys = new Dictionary<string, ECDsa>(StringComparer.Ordinal);
        foreach (var one in trusted)
        {
            var parts = one.Split('=', 2);
            try
            {
                var key = ECDsa.Create();
                key.ImportFromPem(File.ReadAllText(parts[^1]));
                keys[parts[0]] = key;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
            {
                wrong = $"{one}: this is not KEY_ID=FILE with a key in PEM: {e.Message}";
            }
        }

        return keys;
    }

    private static int Refuse(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }
}
