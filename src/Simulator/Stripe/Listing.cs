using System.Text.Json;
using System.Text.RegularExpressions;

namespace Busker.Simulator.Stripe;

/// <summary>One line of a family's table of endpoints.</summary>
internal sealed record Route(string Method, string Template, Func<Call, object> Handle, string Simulated, string Missing = "");

/// <summary>{"id", "object", "deleted": true}.</summary>
internal sealed record Deleted(string Id, string Kind);

/// <summary>A page of a list, newest first.</summary>
internal sealed record ListPage(string Kind, string Url, IReadOnlyList<Thing> Items, bool More)
{
    public string? NextPage { get; init; }

    /// <summary>How many a search finds in all, for who expands it.</summary>
    public int Total { get; init; }

    public void Write(Utf8JsonWriter json, Store store, Expand? expand)
    {
        json.WriteStartObject();
        json.WriteString("object", Kind);
        json.WriteStartArray("data");
        foreach (var item in Items) store.Write(json, item, expand?.Child("data"));
        json.WriteEndArray();
        json.WriteBoolean("has_more", More);
        if (Kind == "search_result") json.WriteString("next_page", NextPage);
        if (Kind == "search_result" && expand?.Child("total_count") is not null) json.WriteNumber("total_count", Total);
        json.WriteString("url", Url);
        json.WriteEndObject();
    }
}

/// <summary>Lists by cursor (<c>starting_after</c>, <c>ending_before</c>, <c>limit</c>, <c>created[…]</c>) and by search query.</summary>
internal static partial class Listing
{
    /// <summary><paramref name="filters"/> are parameters that a field of the same name must equal.</summary>
    public static ListPage Page(Sandbox box, Call call, string kind, string url, params string[] filters) =>
        Page(call, box.Store.All(kind), kind, url, filters);

    public static ListPage Page(Call call, IReadOnlyList<Thing> all, string kind, string url, params string[] filters)
    {
        var form = call.Form;
        var limit = (int)(form.Number("limit") ?? 10);
        if (limit is < 1 or > 100) throw StripeError.Invalid("Limit must be between 1 and 100.", "limit", limit < 1 ? "parameter_invalid_integer" : "parameter_invalid_integer");
        var (from, step) = (all.Count - 1, -1);
        if (form["starting_after"] is { } after) from = IndexOf(all, kind, after, "starting_after") - 1;
        else if (form["ending_before"] is { } before) (from, step) = (IndexOf(all, kind, before, "ending_before") + 1, 1);
        var found = new List<Thing>(Math.Min(limit + 1, all.Count));
        var fits = Fits(form, filters);
        for (var i = from; i >= 0 && i < all.Count && found.Count <= limit; i += step)
        {
            if (fits is null || fits(all[i])) found.Add(all[i]);
        }

        var more = found.Count > limit;
        if (more) found.RemoveAt(limit);
        if (step > 0) found.Reverse();
        return new ListPage("list", url, found, more);
    }

    /// <summary>Stripe's search language: <c>field:'value'</c>, <c>field&gt;n</c>, <c>metadata['k']:'v'</c>, <c>~</c>, <c>-</c>, AND, OR.</summary>
    public static ListPage Search(Sandbox box, Call call, string kind, string url)
    {
        var query = call.Form.Required("query");
        var either = OrWord().Split(query).Length > 1;
        if (either && AndWord().Split(query).Length > 1) throw StripeError.Invalid("We don't support combining AND and OR in a query.", "query");
        var clauses = (either ? OrWord() : AndWord()).Split(query).Select(Clause).ToArray();
        var limit = (int)(call.Form.Number("limit") ?? 10);
        var skip = call.Form["page"] is { } page && int.TryParse(page, out var n) ? n : 0;
        var all = box.Store.All(kind);
        bool Fits(Thing thing) => either ? clauses.Any(c => c(thing)) : clauses.All(c => c(thing));
        var found = all.Reverse().Where(Fits).Skip(skip).Take(limit + 1).ToList();
        var more = found.Count > limit;
        if (more) found.RemoveAt(limit);
        return new ListPage("search_result", url, found, more) { NextPage = more ? (skip + limit).ToString(System.Globalization.CultureInfo.InvariantCulture) : null, Total = call.Expand?.Child("total_count") is null ? 0 : all.Count(Fits) };
    }

    private static Func<Thing, bool> Clause(string text)
    {
        var match = Term().Match(text.Trim());
        if (!match.Success) throw StripeError.Invalid($"We were unable to parse your search query near '{text.Trim()}'.", "query");
        var (not, field, key, op, value) = (match.Groups[1].Length > 0, match.Groups[2].Value, match.Groups[3].Value, match.Groups[4].Value, match.Groups[5].Value.Trim('\'', '"'));
        if (op is not (":" or "~") && !decimal.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out _))
        {
            throw StripeError.Invalid($"Invalid value for field `{field}`: `{value}` is not a number, which {op} needs.", "query");
        }

        return thing => not != Holds(thing, field, key, op, value);
    }

    private static bool Holds(Thing thing, string field, string key, string op, string value)
    {
        if (!thing.Shape.Has(field)) throw StripeError.Invalid($"Field `{field}` is an unsupported search field for this resource.", "query");
        var actual = thing[field];
        if (field == "metadata")
        {
            var pairs = actual as IReadOnlyList<KeyValuePair<string, string>> ?? [];
            actual = pairs.FirstOrDefault(p => p.Key == key).Value;
        }

        if (value == "null") return actual is null;
        if (actual is long number && long.TryParse(value, out var wanted))
        {
            return op switch { ">" => number > wanted, "<" => number < wanted, ">=" => number >= wanted, "<=" => number <= wanted, _ => number == wanted };
        }

        return actual switch
        {
            string text => op == "~" ? text.Contains(value, StringComparison.OrdinalIgnoreCase) : string.Equals(text, value, StringComparison.OrdinalIgnoreCase),
            bool flag => flag == (value == "true"),
            _ => false,
        };
    }

    private static int IndexOf(IReadOnlyList<Thing> all, string kind, string id, string param)
    {
        var known = all is Shelf shelf ? shelf.IndexOf(id) : all.Count - 1;
        while (all is not Shelf && known >= 0 && all[known].Id != id) known--;
        if (known >= 0) return known;
        throw StripeError.Missing(kind, id, param) is var missing ? StripeError.Invalid(missing.Message, param, "resource_missing") : missing;
    }

    /// <summary>What the parameters keep; null is everything.</summary>
    private static Func<Thing, bool>? Fits(Form form, string[] filters)
    {
        var equal = filters.Where(form.Has).Select(f => (Field: f, Wanted: form[f]!)).ToArray();
        var types = form.List("types");
        var (at, after, from, before, to) = (form.Number("created"), form.Number("created[gt]"), form.Number("created[gte]"), form.Number("created[lt]"), form.Number("created[lte]"));
        if (equal.Length == 0 && types.Length == 0 && (at ?? after ?? from ?? before ?? to) is null) return null;
        return thing =>
        {
            foreach (var (field, wanted) in equal)
            {
                if ((thing[field] switch { bool flag => flag ? "true" : "false", var value => value as string }) != wanted) return false;
            }

            if (types.Length > 0 && !types.Contains(thing.Text("type"))) return false;
            var created = thing.Shape.Has("created") ? thing.Number("created") : 0;
            return (at ?? created) == created && created > (after ?? long.MinValue) && created >= (from ?? long.MinValue)
                && created < (before ?? long.MaxValue) && created <= (to ?? long.MaxValue);
        };
    }

    [GeneratedRegex(@"\s+OR\s+")]
    private static partial Regex OrWord();

    [GeneratedRegex(@"\s+(?:AND\s+)?(?=(?:[^'""]*['""][^'""]*['""])*[^'""]*$)")]
    private static partial Regex AndWord();

    [GeneratedRegex(@"^(-?)([a-z_]+)(?:\[['""]([^'""]+)['""]\])?\s*(:|~|>=|<=|>|<)\s*('[^']*'|""[^""]*""|[^\s]+)$")]
    private static partial Regex Term();
}
