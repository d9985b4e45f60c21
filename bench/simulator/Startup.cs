using System.Diagnostics;

namespace Busker.Bench.Simulator;

/// <summary>The command line as a person starts it, until it says that it is ready.</summary>
internal static class Startup
{
    public static TimeSpan Measure()
    {
        var cli = Path.Combine(BenchResult.Root, "src", "Cli", "bin", "Release", "net10.0", "busker.dll");
        if (!File.Exists(cli)) throw new InvalidOperationException("build src/Cli first, or start this through ./busker");
        var clock = Stopwatch.StartNew();
        using var busker = Process.Start(new ProcessStartInfo("dotnet", [cli, "simulate", "all", "--port", "0"]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("dotnet did not start");
        while (busker.StandardOutput.ReadLine() is { } line && line != "ready")
        {
        }

        var taken = clock.Elapsed;
        busker.Kill();
        busker.WaitForExit();
        return taken;
    }
}
