using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;


namespace Busker.Bench.Simulator;

/// <summary>The client: wrk, one thread, 32 connections, POSTing one form again and again.</summary>
internal static class Wrk
{
    private static int _run;

    /// <summary>Requests per second; refused when any answer was not a 2xx.</summary>
    public static double Run(Uri at, string path, string form, int seconds, bool keys, string method = "POST", string? key = null)
    {
        var script = Path.GetTempFileName();
        File.WriteAllText(script, keys ? WithKeys(path, form) : Plain(method, form, key));
        using var wrk = Process.Start(new ProcessStartInfo("wrk", ["-t1", "-c32", $"-d{seconds}s", "-s", script, new Uri(at, path).ToString()]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("wrk did not start: install it");
        var text = wrk.StandardOutput.ReadToEnd();
        wrk.WaitForExit();
        File.Delete(script);
        if (text.Contains("Non-2xx", StringComparison.Ordinal) || text.Contains("Socket errors", StringComparison.Ordinal)) throw new InvalidOperationException(text);
        return double.Parse(Regex.Match(text, @"Requests/sec:\s+([\d.]+)").Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Sends the form so many times, one after the other; returns the id of the last thing made.</summary>
    public static async Task<string> FillAsync(Uri at, string path, string form, int times)
    {
        using var http = new HttpClient { BaseAddress = at, DefaultRequestHeaders = { { "Authorization", "Bearer sk_test_x" } } };
        var id = "";
        for (var i = 0; i < times; i++)
        {
            using var content = new StringContent(form, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
            using var reply = await http.PostAsync(new Uri(path, UriKind.Relative), content);
            using var json = JsonDocument.Parse(await reply.Content.ReadAsStringAsync());
            id = json.RootElement.GetProperty("id").GetString()!;
        }

        return id;
    }

    private static string Plain(string method, string form, string? key) => $"""
        wrk.method = "{method}"
        wrk.body = {(form.Length == 0 ? "nil" : $"\"{form}\"")}
        wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
        wrk.headers["Authorization"] = "Bearer sk_test_x"
        {(key is null ? "" : $"wrk.headers[\"Idempotency-Key\"] = \"{key}\"")}
        """;

    private static string WithKeys(string path, string form) => $"""
        local n = 0
        local head = "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nAuthorization: Bearer sk_test_x\r\nContent-Length: {form.Length}\r\nIdempotency-Key: run{++_run}-"
        function request()
          n = n + 1
          return head .. n .. "\r\n\r\n{form}"
        end
        """;
}
