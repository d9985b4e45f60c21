using System.Diagnostics;

namespace Busker.Bench.Simulator;

/// <summary>The simulator as <c>./busker simulate</c> starts it: a process of its own.</summary>
internal sealed class Served : IDisposable
{
    private readonly Process _process;

    private Served(Process process, TimeSpan ready) => (_process, Ready) = (process, ready);

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>From the start of the process to the line that says "ready".</summary>
    public TimeSpan Ready { get; private set; }

    /// <summary>What it prints for clients, by name.</summary>
    public Dictionary<string, string> Keys { get; } = [];

    public static Served Start(string provider)
    {
        var cli = Path.Combine(BenchResult.Root, "src", "Cli", "bin", "Release", "net10.0", "busker.dll");
        if (!File.Exists(cli)) throw new InvalidOperationException("build src/Cli first: ./busker --help does");
        var clock = Stopwatch.StartNew();
        var start = new ProcessStartInfo("dotnet", [cli, "simulate", provider, "--port", "0", "--clock", "frozen"]) { RedirectStandardOutput = true };
        (start.Environment["DOTNET_gcServer"], start.Environment["DOTNET_GCgen0size"]) = ("1", "0x4000000"); // as the launcher does
        var served = new Served(Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start"), default);
        while (served._process.StandardOutput.ReadLine() is { } line && line != "ready") served.Note(line);
        served.Ready = clock.Elapsed;
        return served;
    }

    private void Note(string line)
    {
        if (line.Contains("(page: ", StringComparison.Ordinal)) Address = new Uri(line.Split("  ")[1]);
        if (line.StartsWith("  ", StringComparison.Ordinal) && line[2] != ' ' && line.IndexOf(": ", StringComparison.Ordinal) is var colon and > 0) Keys[line[2..colon]] = line[(colon + 2)..];
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
