using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Busker.EchoHost;

namespace Busker.Bench.Edge;

/// <summary>How the servers are asked: which tool, how many connections, how many calls at once on each.</summary>
internal sealed record Way(string Protocol, string Tool, int Connections, int Streams)
{
    public int Concurrency => Connections * Streams;

    public string Name => Tool == "wrk" ? $"wrk {Connections} connections" : $"h2load {Connections} x {Streams} streams";
}

/// <summary>Load clients that cost little, each in a process of its own, with one thread.</summary>
internal sealed class Clients : IDisposable
{
    public static readonly Way[] Ways = [new("connect", "wrk", 64, 1), new("grpc", "h2load", 8, 8), new("grpc", "h2load", 1, 64)];

    private readonly string _folder = Directory.CreateTempSubdirectory("busker-bench-edge-").FullName;
    private readonly string _script;
    private readonly string _frame;
    private readonly int _seconds;

    public Clients(byte[] message, int seconds)
    {
        (_seconds, _script, _frame) = (seconds, Path.Combine(_folder, "connect.lua"), Path.Combine(_folder, "frame"));
        File.WriteAllBytes(_frame, Servers.Frame(message));
        File.WriteAllText(_script, $"""
            wrk.method = "POST"
            wrk.body = "{string.Concat(message.Select(b => $"\\{b:D3}"))}"
            wrk.headers["Content-Type"] = "application/proto"
            wrk.headers["Authorization"] = "Bearer {EchoEdge.Key}"
            """);
    }

    /// <summary>One sentence when a tool is missing.</summary>
    public static string? Missing()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var missing = Ways.Select(w => w.Tool).Distinct().Where(t => !folders.Any(f => File.Exists(Path.Combine(f, t)))).ToList();
        return missing.Count == 0 ? null : $"Missing: {string.Join(" and ", missing)} (Debian has them in the packages wrk and nghttp2-client).";
    }

    public double PerSecond(Way way, Server server) => way.Tool == "wrk" ? Wrk(way, server.Http1) : H2Load(way, server.Http2);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private double Wrk(Way way, Uri at)
    {
        var said = Run("wrk", "-t1", $"-c{way.Connections}", $"-d{_seconds}s", "-s", _script, new Uri(at, "/echo.v1.Echo/Say").ToString());
        if (said.Contains("Non-2xx", StringComparison.Ordinal)) throw new InvalidOperationException(said);
        return Number(said, @"Requests/sec:\s+([\d.]+)");
    }

    private double H2Load(Way way, Uri at)
    {
        var said = Run("h2load", "-t1", $"-c{way.Connections}", $"-m{way.Streams}", $"-D{_seconds}", "--warm-up-time=1", "-d", _frame,
            "-H", "content-type: application/grpc+proto", "-H", "te: trailers", "-H", $"authorization: Bearer {EchoEdge.Key}",
            new Uri(at, "/echo.v1.Echo/Say").ToString());
        if (!said.Contains(", 0 failed, 0 errored", StringComparison.Ordinal)) throw new InvalidOperationException(said);
        return Number(said, @"finished in .*?, ([\d.]+) req/s");
    }

    private static double Number(string said, string pattern) =>
        double.Parse(Regex.Match(said, pattern).Groups[1].Value, CultureInfo.InvariantCulture);

    private static string Run(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{tool} did not start");
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return said;
    }
}
