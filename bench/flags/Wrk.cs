using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Busker.Bench.Flags;

/// <summary>What wrk saw: requests a second, the time within which so many of them were answered, and how many were not within two seconds.</summary>
internal sealed partial record Wrk(double PerSecond, double P50Ms, double P99Ms, int Timeouts)
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
        var errors = Errors().Match(text);
        if (text.Contains("Non-2xx", StringComparison.Ordinal) || (errors.Success && errors.Groups[1].Value != "connect 0, read 0, write 0")) throw new InvalidOperationException(text);
        return new(double.Parse(Rate().Match(text).Groups[1].Value, CultureInfo.InvariantCulture), Latency(text, 50), Latency(text, 99),
            errors.Success ? int.Parse(errors.Groups[2].Value, CultureInfo.InvariantCulture) : 0);
    }

    private static double Latency(string text, int percent)
    {
        var match = Regex.Match(text, $@"{percent}%\s+([\d.]+)(us|ms|s)");
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * match.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 };
    }

    [GeneratedRegex(@"Socket errors: (connect \d+, read \d+, write \d+), timeout (\d+)")]
    private static partial Regex Errors();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();
}
