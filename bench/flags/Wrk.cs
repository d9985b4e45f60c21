using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Busker.Bench.Flags;

/// <summary>What wrk saw: requests a second, and the time within which so many of them were answered.</summary>
internal sealed partial record Wrk(double PerSecond, double P50Ms, double P99Ms)
{
    private const int Connections = 64;

    /// <summary>POSTs the bodies in turn; GETs the paths in turn when there are no bodies.</summary>
    public static async Task<Wrk> RunAsync(Uri at, string[] paths, string[] bodies, string authorization, int seconds)
    {
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, $$"""
            local requests, n = {}, 0
            local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "{{authorization}}" }
            local paths = { {{string.Join(", ", paths.Select(p => $"[==[{p}]==]"))}} }
            local bodies = { {{string.Join(", ", bodies.Select(b => $"[==[{b}]==]"))}} }
            function init(args)
              for i = 1, math.max(#paths, #bodies) do
                local path, body = paths[(i - 1) % #paths + 1], #bodies > 0 and bodies[(i - 1) % #bodies + 1] or nil
                requests[i] = wrk.format(body and "POST" or "GET", path, headers, body)
              end
            end
            function request()
              n = n % #requests + 1
              return requests[n]
            end
            """);
        using var wrk = Process.Start(new ProcessStartInfo("wrk", ["-t1", $"-c{Connections}", $"-d{seconds}s", "--latency", "-s", script, at.ToString()]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("wrk did not start");
        var text = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        File.Delete(script);
        if (text.Contains("Non-2xx", StringComparison.Ordinal) || text.Contains("Socket errors", StringComparison.Ordinal)) throw new InvalidOperationException(text);
        return new(double.Parse(Rate().Match(text).Groups[1].Value, CultureInfo.InvariantCulture), Latency(text, 50), Latency(text, 99));
    }

    private static double Latency(string text, int percent)
    {
        var match = Regex.Match(text, $@"{percent}%\s+([\d.]+)(us|ms|s)");
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * match.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 };
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();
}
