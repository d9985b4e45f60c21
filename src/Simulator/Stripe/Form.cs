using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Busker.Simulator.Core;

namespace Busker.Simulator.Stripe;

/// <summary>Form-encoded parameters with nesting (<c>card[number]</c>, <c>items[0][price]</c>, <c>expand[]</c>), as they came.</summary>
internal sealed class Form
{
    /// <summary>Names come again and again: the last string of each hash of them.</summary>
    private static readonly string?[] Known = new string?[512];

    private readonly List<KeyValuePair<string, string>> _pairs = [];

    public static Form Of(Ask ask)
    {
        var form = new Form();
        if (ask.Query.Length > 1) form.Read(Encoding.UTF8.GetBytes(ask.Query.TrimStart('?')));
        if (ask.Body.Length > 0 && !ask.Headers.ContentType.ToString().StartsWith("multipart/", StringComparison.Ordinal)) form.Read(ask.Body);
        return form;
    }

    public string? this[string name]
    {
        get
        {
            foreach (var (key, value) in _pairs)
            {
                if (key == name) return value;
            }

            return null;
        }
    }

    /// <summary>All of them, in order.</summary>
    public ReadOnlySpan<KeyValuePair<string, string>> Pairs => CollectionsMarshal.AsSpan(_pairs);

    public bool Has(string name) => this[name] is not null;

    public bool HasAny(string prefix)
    {
        foreach (var (key, _) in _pairs)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    public string Required(string name) => this[name] is { Length: > 0 } value ? value : throw StripeError.Required(name);

    public long? Number(string name)
    {
        if (this[name] is not { Length: > 0 } text) return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)) return value;
        throw StripeError.Invalid($"Invalid integer: {text}", name, "parameter_invalid_integer");
    }

    public bool? Flag(string name) => this[name] switch
    {
        null or "" => null,
        "true" => true,
        "false" => false,
        var text => throw StripeError.Invalid($"Invalid boolean: {text}", name),
    };

    public string? OneOf(string name, params string[] values)
    {
        if (this[name] is not { Length: > 0 } text) return null;
        if (values.Contains(text)) return text;
        throw StripeError.NotOneOf(name, values);
    }

    /// <summary>An address with a scheme, an application's own included.</summary>
    public string? Address(string name)
    {
        if (this[name] is not { Length: > 0 } text) return null;
        var scheme = text.AsSpan().IndexOf("://");
        if (scheme > 0 && scheme + 3 < text.Length && !text.AsSpan().ContainsAny(" \t\r\n")) return text;
        throw StripeError.Invalid("Not a valid URL", name, "url_invalid");
    }

    /// <summary>Refuses a mail address without a name or a place.</summary>
    public void CheckEmail(string name)
    {
        if (this[name] is not { Length: > 0 } text) return;
        var at = text.AsSpan().IndexOf('@');
        if (at > 0 && at == text.AsSpan().LastIndexOf('@') && at + 1 < text.Length && !text.AsSpan().ContainsAny(" \t\r\n")) return;
        throw StripeError.Invalid($"Invalid email address: {text}", name, "email_invalid");
    }

    /// <summary>Refuses what does not fit on a card statement: 22 characters.</summary>
    public void CheckDescriptor(string name)
    {
        if (this[name] is not { Length: > 22 } text) return;
        throw StripeError.Invalid($"The {name.Replace('_', ' ')} must be at most 22 characters. {text} is {text.Length} characters long.", name);
    }

    /// <summary>The values of <c>name[]</c> or <c>name[0]</c>, <c>name[1]</c>, …</summary>
    public string[] List(string name)
    {
        List<string>? found = null;
        foreach (var (key, value) in _pairs)
        {
            if (key.Length <= name.Length + 1 || key[name.Length] != '[' || !key.StartsWith(name, StringComparison.Ordinal)) continue;
            if ((key[name.Length + 1] == ']' || char.IsAsciiDigit(key[name.Length + 1])) && key.IndexOf(']') == key.Length - 1) (found ??= []).Add(value);
        }

        return found is null ? [] : [.. found];
    }

    private bool AnyBelow(string name)
    {
        foreach (var (key, _) in _pairs)
        {
            if (key.Length > name.Length + 1 && key[name.Length] == '[' && key.StartsWith(name, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    /// <summary>The pairs below <c>name[…]</c>, without the prefix and brackets of the first level.</summary>
    public IEnumerable<KeyValuePair<string, string>> Below(string name)
    {
        foreach (var (key, value) in _pairs)
        {
            if (key.Length <= name.Length + 1 || key[name.Length] != '[' || !key.StartsWith(name, StringComparison.Ordinal)) continue;
            var close = key.IndexOf(']', name.Length);
            if (close > 0) yield return new(key[(name.Length + 1)..close] + key[(close + 1)..], value);
        }
    }

    /// <summary>What is below <c>name[…]</c> as JSON: strings, objects and lists of them; null when nothing is.</summary>
    public Raw? Json(string name, params ReadOnlySpan<string> fields) => AnyBelow(name) ? Below(name, fields.ToArray()) : null;

    private Raw? Below(string name, string[] fields)
    {
        var below = Below(name).ToArray();
        if (below.Length == 0) return null;
        var form = new Form();
        form._pairs.AddRange(below);
        return Raw.Of(json => form.Write(json, fields));
    }

    /// <summary>Merges <c>metadata[…]</c> into what there is: an empty value removes, an empty metadata clears.</summary>
    public void Metadata(Thing thing)
    {
        if (this["metadata"] is "") thing["metadata"] = Array.Empty<KeyValuePair<string, string>>();
        if (!AnyBelow("metadata")) return;
        List<KeyValuePair<string, string>>? map = null;
        foreach (var (key, value) in Below("metadata"))
        {
            map ??= thing["metadata"] is IReadOnlyList<KeyValuePair<string, string>> before ? [.. before] : [];
            map.RemoveAll(p => p.Key == key);
            if (key.Length > 40) throw StripeError.Invalid($"Metadata keys must be at most 40 characters: {key}", "metadata");
            if (value.Length > 500) throw StripeError.Invalid($"Metadata values can have up to 500 characters; the value of {key} has {value.Length}.", "metadata");
            if (value.Length > 0) map.Add(new(key, value));
        }

        if (map?.Count > 50) throw StripeError.Invalid("Metadata can have up to 50 keys.", "metadata");
        if (map is not null) thing["metadata"] = map;
    }

    /// <summary>Copies the named parameters that are given.</summary>
    public void Copy(Thing thing, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (this[name] is { } value) thing[name] = value.Length == 0 ? null : value;
        }
    }

    private void Write(Utf8JsonWriter json, string[] fields)
    {
        if (fields.Length == 0 && _pairs.TrueForAll(p => char.IsAsciiDigit(p.Key[0])))
        {
            json.WriteStartArray();
            foreach (var item in _pairs.GroupBy(p => p.Key.Split('[')[0]))
            {
                if (item.First().Key == item.Key) json.WriteStringValue(item.First().Value);
                else json.WriteRawValue(Json(item.Key)!.Json);
            }

            json.WriteEndArray();
            return;
        }

        json.WriteStartObject();
        foreach (var field in fields.Where(f => !_pairs.Exists(p => p.Key == f || p.Key.StartsWith(f + "[", StringComparison.Ordinal)))) json.WriteNull(field);
        foreach (var group in _pairs.GroupBy(p => p.Key.Split('[')[0]))
        {
            json.WritePropertyName(group.Key);
            if (group.First().Key == group.Key) json.WriteStringValue(group.First().Value);
            else json.WriteRawValue(Json(group.Key, group.Key == "address" ? ["city", "country", "line1", "line2", "postal_code", "state"] : [])!.Json);
        }

        json.WriteEndObject();
    }

    private void Read(ReadOnlySpan<byte> text)
    {
        _pairs.EnsureCapacity(_pairs.Count + text.Count((byte)'&') + 1);
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'&');
            var pair = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            if (pair.IsEmpty) continue;
            var cut = pair.IndexOf((byte)'=');
            _pairs.Add(new(Name(cut < 0 ? pair : pair[..cut]), cut < 0 ? "" : Decode(pair[(cut + 1)..])));
        }
    }

    private static string Name(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > 64 || Escaped(text)) return Decode(text);
        ref var known = ref Known[((text.Length * 71) + (text[0] * 31) + (text[text.Length / 2] * 17) + text[^1]) & 511];
        return known is { } same && Ascii.Equals(text, same) ? same : known = Encoding.UTF8.GetString(text);
    }

    private static string Decode(ReadOnlySpan<byte> text) => Escaped(text) ? WebUtility.UrlDecode(Encoding.UTF8.GetString(text)) : Encoding.UTF8.GetString(text);

    private static bool Escaped(ReadOnlySpan<byte> text) => text.ContainsAny((byte)'%', (byte)'+');
}
