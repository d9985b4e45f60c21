using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Busker.Bench.Simulator;

/// <summary>One request, sent again and again.</summary>
/// <param name="Key">A header that gets a new value each time, or null.</param>
internal sealed record Shot(string Method, string Path, string Body, string? Key, params (string Name, string Value)[] Headers)
{
    public static Shot Form(string method, string path, string form, params (string Name, string Value)[] headers) =>
        new(method, path, form, null, [("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", "Bearer sk_test_x"), .. headers]);

    public static Shot Json(string path, string body, params (string Name, string Value)[] headers) => new("POST", path, body, null, [("Content-Type", "application/json"), .. headers]);
}

/// <summary>The client: wrk, one thread, 32 connections that stay open.</summary>
internal static class Wrk
{
    private static int _run;

    /// <summary>Requests per second; refused when any answer was not a 2xx.</summary>
    public static double Run(Uri at, Shot shot, double seconds)
    {
        var script = Path.GetTempFileName();
        File.WriteAllText(script, Script(shot));
        var whole = Math.Ceiling(seconds).ToString(CultureInfo.InvariantCulture);
        using var wrk = Process.Start(new ProcessStartInfo("wrk", ["-t1", "-c32", $"-d{whole}s", "-s", script, new Uri(at, shot.Path).ToString()]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("wrk did not start: install it");
        var text = wrk.StandardOutput.ReadToEnd();
        wrk.WaitForExit();
        File.Delete(script);
        if (text.Contains("Non-2xx", StringComparison.Ordinal) || text.Contains("Socket errors", StringComparison.Ordinal)) throw new InvalidOperationException(text);
        return double.Parse(Regex.Match(text, @"Requests/sec:\s+([\d.]+)").Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Sends it so many times, one after the other; returns the id of the last thing made.</summary>
    public static async Task<string> FillAsync(Uri at, Shot shot, int times)
    {
        using var http = new HttpClient { BaseAddress = at };
        foreach (var (name, value) in shot.Headers.Where(h => h.Name != "Content-Type")) http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        var type = MediaTypeHeaderValue.Parse(shot.Headers.First(h => h.Name == "Content-Type").Value);
        var reply = "{}";
        for (var i = 0; i < times; i++)
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(shot.Body)) { Headers = { ContentType = type } };
            using var answer = await http.PostAsync(new Uri(shot.Path, UriKind.Relative), content);
            reply = await answer.Content.ReadAsStringAsync();
        }

        using var json = JsonDocument.Parse(reply);
        return json.RootElement.TryGetProperty("id", out var id) ? id.GetString()! : json.RootElement.GetProperty("access_token").GetString()!;
    }

    private static string Script(Shot shot)
    {
        var headers = string.Concat(shot.Headers.Select(h => $"wrk.headers[\"{h.Name}\"] = \"{h.Value}\"\n"));
        if (shot.Key is null) return $"wrk.method = \"{shot.Method}\"\nwrk.body = {(shot.Body.Length == 0 ? "nil" : $"[==[{shot.Body}]==]")}\n{headers}";
        var lines = string.Concat(shot.Headers.Select(h => $"{h.Name}: {h.Value}\\r\\n"));
        return $"""
            local n = 0
            local head = "{shot.Method} {shot.Path} HTTP/1.1\r\nHost: localhost\r\n{lines}Content-Length: {Encoding.UTF8.GetByteCount(shot.Body)}\r\n{shot.Key}: run{++_run}-"
            local body = [==[{shot.Body}]==]
            function request()
              n = n + 1
              return head .. n .. "\r\n\r\n" .. body
            end
            """;
    }
}
