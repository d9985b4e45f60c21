using System.CommandLine;

namespace Busker.Cli.Commands;

/// <summary>The options by which a command finds a running product and its key, and the one sentence when it cannot.</summary>
internal sealed class RunningProduct
{
    private readonly Func<DemoTenant.Keys, string> _kept;
    private readonly Option<string> _url = new("--url") { Description = "Where the product runs.", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
    private readonly Option<string> _state = new("--state") { Description = "Where the demo's keys are kept.", DefaultValueFactory = _ => ".busker" };
    private readonly Option<string?> _key;

    /// <param name="command">Gets the options.</param>
    /// <param name="whose">Whose key serves when none is given, in words.</param>
    /// <param name="kept">The same key, of those that the demo keeps.</param>
    public RunningProduct(Command command, string whose, Func<DemoTenant.Keys, string> kept)
    {
        _kept = kept;
        _key = new("--key") { Description = $"The key; without it {whose}." };
        foreach (var option in new Option[] { _url, _key, _state }) command.Options.Add(option);
    }

    /// <returns>What <paramref name="ask"/> returns; 1 after one sentence when the product does not answer, refuses, or a file does.</returns>
    public async Task<int> AskAsync(ParseResult parsed, Func<Api, CancellationToken, Task<int>> ask, CancellationToken ct)
    {
        var (url, state) = (parsed.GetValue(_url)!, parsed.GetValue(_state)!);
        if (!Uri.TryCreate(url, UriKind.Absolute, out _)) return Fail($"--url {url} is not an address such as http://127.0.0.1:8080.");
        var key = parsed.GetValue(_key) ?? (await DemoTenant.KeptAsync(state, ct) is { } keys ? _kept(keys) : null);
        if (key is null) return Fail($"give a --key: {state} keeps none of a demo tenant.");
        try
        {
            using var api = new Api(url, key);
            return await ask(api, ct);
        }
        catch (HttpRequestException)
        {
            return Fail($"nothing answers at {url}; start the product with ./busker up, or name another --url.");
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return Fail(e.Message);
        }
    }

    public static int Fail(string sentence)
    {
        Console.Error.WriteLine($"busker: {sentence}");
        return 1;
    }
}
