using System.Text.Json;

namespace Busker.Simulator.Stripe;

/// <summary>
/// The parameters that each endpoint may be sent: anything else is refused, as the real API does. Read once from the embedded file of
/// this folder, where <c>a b{c d*}</c> is a, b[c] and anything below b[d].
/// </summary>
internal sealed class Parameters
{
    /// <summary>What API versions before the client's take; and the numbers of cards, which the client's types do not have there.</summary>
    private static readonly Dictionary<string, string[]> Older = new()
    {
        ["POST /v1/payment_intents"] = ["payment_method_types"], ["POST /v1/payment_intents/{}"] = ["payment_method_types"], ["POST /v1/payment_intents/{}/confirm"] = ["payment_method_types"],
        ["POST /v1/setup_intents"] = ["payment_method_types"], ["POST /v1/setup_intents/{}"] = ["payment_method_types"],
        ["POST /v1/setup_intents/{}/confirm"] = [],
    };

    private static readonly Dictionary<string, Parameters> ByEndpoint = Load();

    private readonly Dictionary<string, Parameters> _below = [];
    private bool _open;

    /// <summary>An endpoint that the file does not know takes whatever comes.</summary>
    public static Parameters? Of(string method, string template)
    {
        var name = string.Join('/', template.Split('/').Select(s => s is ['{', ..] ? "{}" : s));
        return ByEndpoint.GetValueOrDefault($"{method} {name}");
    }

    public void Check(Form form)
    {
        List<string>? unknown = null;
        foreach (var (name, _) in form.Pairs)
        {
            if (!Knows(name)) (unknown ??= []).Add(name);
        }

        if (unknown is null)
        {
            if (form["metadata"] is { Length: > 0 }) throw StripeError.Invalid("Invalid object", "metadata");
            return;
        }

        throw StripeError.Invalid($"Received unknown parameter{(unknown.Count > 1 ? "s" : "")}: {string.Join(", ", unknown.Distinct())}", unknown[0], "parameter_unknown");
    }

    private bool Knows(ReadOnlySpan<char> name)
    {
        var at = this;
        for (var rest = name; rest.Length > 0;)
        {
            var end = rest[0] == '[' ? rest.IndexOf(']') : rest.IndexOf('[') is var open and >= 0 ? open : rest.Length;
            if (end < 0) return false;
            var part = rest[0] == '[' ? rest[1..end] : rest[..end];
            rest = rest[0] == '[' ? rest[(end + 1)..] : rest[end..];
            if (at._open) return true;
            if (part.IsEmpty || part.IndexOfAnyExceptInRange('0', '9') < 0) continue;
            if (!at._below.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(part, out var next)) return false;
            at = next;
        }

        return true;
    }

    private static Dictionary<string, Parameters> Load()
    {
        using var stream = typeof(Parameters).Assembly.GetManifestResourceStream("stripe.parameters.json")!;
        using var json = JsonDocument.Parse(stream);
        var all = json.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => Read(p.Value.GetString()));
        foreach (var (endpoint, names) in Older)
        {
            foreach (var name in names) all[endpoint]._below.TryAdd(name, new Parameters());
            if (all[endpoint]._below.TryGetValue("payment_method_data", out var data)) data._below["card"] = all["POST /v1/payment_methods"]._below["card"];
        }

        return all;
    }

    private static Parameters Read(ReadOnlySpan<char> text)
    {
        var root = new Parameters();
        var open = new Stack<Parameters>([root]);
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny(" {}*");
            if (end < 0) end = text.Length;
            if (end > 0) open.Peek()._below[text[..end].ToString()] = new Parameters();
            var last = end > 0 ? open.Peek()._below[text[..end].ToString()] : null;
            text = text[end..];
            if (text.IsEmpty) break;
            if (text[0] == '{') open.Push(last!);
            if (text[0] == '}') open.Pop();
            if (text[0] == '*') last!._open = true;
            text = text[1..];
        }

        return root;
    }
}
