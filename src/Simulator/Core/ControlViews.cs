using System.Globalization;
using System.Text;
using System.Text.Json;
using Busker.Simulator.Faults;
using Busker.Simulator.World;
using Microsoft.AspNetCore.WebUtilities;

namespace Busker.Simulator.Core;

/// <summary>What <c>/_sim</c> shows, as JSON. Lists are newest first and limited by <c>limit</c> (200 unless told).</summary>
internal static class ControlViews
{
    public static Action<Utf8JsonWriter> Charges(Stage stage, IReadOnlyList<Provider> providers, string query) => json =>
    {
        var limit = Number(query, "limit", 200, int.MaxValue);
        var reference = QueryHelpers.ParseQuery(query).TryGetValue("reference", out var wanted) ? wanted.ToString() : null;
        var charges = stage.Till.Charges;
        json.WriteNumber("total", charges.Count);
        json.WriteStartArray("charges");
        for (var i = charges.Count - 1; i >= 0 && limit > 0; i--)
        {
            if (reference is not null && charges[i].Reference != reference) continue;
            Write(json, charges[i], Decimals(providers, charges[i].Provider, charges[i].Currency));
            limit--;
        }

        json.WriteEndArray();
    };

    private static int Decimals(IReadOnlyList<Provider> providers, string name, string currency) => providers.First(p => p.Name == name).Decimals(currency);

    private static void Write(Utf8JsonWriter json, Charge charge, int decimals)
    {
        json.WriteStartObject();
        json.WriteString("provider", charge.Provider);
        json.WriteString("id", charge.Id);
        json.WriteString("reference", charge.Reference);
        json.WriteString("at", Journal.Stamp(charge.CreatedMs));
        json.WriteString("currency", charge.Currency);
        json.WriteNumber("decimals", decimals);
        json.WriteString("instrument", charge.Instrument);
        json.WriteString("outcome", charge.Outcome);
        json.WriteNumber("chance", Math.Round(charge.Chance, 6));
        json.WriteNumber("authorised", charge.Authorised);
        json.WriteNumber("captured", charge.Captured);
        json.WriteNumber("released", charge.Released);
        json.WriteNumber("refunded", charge.Refunded);
        json.WriteNumber("disputed", charge.Disputed);
        json.WriteNumber("fees", charge.Fees);
        json.WriteEndObject();
    }

    /// <summary>Which journal entries a query asks for: each of its fields is held against an entry, with <c>*</c> for any characters.</summary>
    public static Func<JournalEntry, bool>? Wanted(string query)
    {
        (string Name, Func<JournalEntry, string?> Of)[] fields =
        [
            ("provider", e => e.Provider), ("lane", e => e.Lane), ("method", e => e.Method), ("path", e => e.Path), ("key", e => e.Key), ("subject", e => e.Subject),
            ("fault", e => e.Fault), ("status", e => e.Status.ToString(CultureInfo.InvariantCulture)),
        ];
        var asked = QueryHelpers.ParseQuery(query);
        var held = fields.Where(f => asked.ContainsKey(f.Name)).Select(f => (f.Of, Pattern: asked[f.Name].ToString())).ToArray();
        return held.Length == 0 ? null : entry => Array.TrueForAll(held, h => FaultRule.Glob(h.Pattern, h.Of(entry) ?? ""));
    }

    public static Action<Utf8JsonWriter> Requests(Stage stage) => json =>
    {
        json.WriteNumber("total", stage.Journal.Entries.Count);
        json.WriteStartArray("requests");
        foreach (var (entry, asked, answered) in stage.Journal.Recent())
        {
            json.WriteStartObject();
            json.WritePropertyName("entry");
            Journal.Write(json, entry);
            json.WriteString("asked", asked);
            json.WriteString("answered", answered);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    };

    public static Action<Utf8JsonWriter> Webhooks(Stage stage) => json =>
    {
        json.WriteStartArray("webhooks");
        foreach (var attempt in stage.Webhooks.Log.Reverse().Take(200))
        {
            json.WriteStartObject();
            json.WriteString("provider", attempt.Provider);
            json.WriteString("event", attempt.EventId);
            json.WriteString("type", attempt.EventType);
            json.WriteString("url", attempt.Url);
            json.WriteString("at", Journal.Stamp(attempt.AtMs));
            json.WriteNumber("attempt", attempt.Attempt);
            json.WriteNumber("status", attempt.Status);
            json.WriteString("fault", attempt.Fault);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    };

    public static Action<Utf8JsonWriter> State(Stage stage, IReadOnlyList<Provider> providers) => json =>
    {
        json.WriteString("scenario", stage.Scenario.Name);
        json.WriteString("about", stage.Scenario.About);
        json.WriteNumber("seed", stage.Seed);
        json.WriteString("now", Journal.Stamp(stage.Clock.NowMs));
        json.WriteNumber("rate", stage.Clock.Rate);
        json.WriteNumber("scheduled", stage.Clock.Scheduled);
        json.WriteNumber("requests", stage.Journal.Entries.Count);
        json.WriteNumber("charges", stage.Till.Charges.Count);
        json.WriteStartArray("faults");
        foreach (var rule in stage.Faults.Rules)
        {
            json.WriteStartObject();
            json.WriteString("rule", rule.Source);
            json.WriteNumber("struck", rule.Struck);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("providers");
        foreach (var provider in providers)
        {
            json.WriteStartObject();
            json.WriteString("name", provider.Name);
            json.WriteStartObject("keys");
            foreach (var (name, value) in provider.Keys) json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteStartArray("refunds");
            foreach (var (id, charge, minor, currency, status) in provider.Refunds.Take(100))
            {
                json.WriteStartObject();
                json.WriteString("id", id);
                json.WriteString("charge", charge);
                json.WriteNumber("minor", minor);
                json.WriteString("currency", currency);
                json.WriteNumber("decimals", provider.Decimals(currency));
                json.WriteString("status", status);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    };

    public static Action<Utf8JsonWriter> Books(Stage stage, IReadOnlyList<Provider> providers) => json =>
    {
        json.WriteStartArray("books");
        foreach (var (provider, currency) in stage.Till.Books.Sections)
        {
            json.WriteStartObject();
            json.WriteString("provider", provider);
            json.WriteString("currency", currency);
            json.WriteNumber("decimals", Decimals(providers, provider, currency));
            foreach (var account in Enum.GetValues<Account>())
            {
                json.WriteNumber(account.ToString().ToLowerInvariant(), stage.Till.Books.Balance(provider, currency, account));
            }

            json.WriteNumber("sum", stage.Till.Books.Sum(provider, currency));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("discrepancies");
        foreach (var sentence in providers.SelectMany(p => p.Discrepancies())) json.WriteStringValue(sentence);
        json.WriteEndArray();
    };

    /// <summary>The world's cards with the truth about them: what a learner is to find out.</summary>
    public static Action<Utf8JsonWriter> Cards(Stage stage, string query) => json =>
    {
        json.WriteStartArray("cards");
        for (int i = Number(query, "from", 0, 1_000_000_000), end = i + Number(query, "limit", 50, 100_000); i < end && stage.Scenario.Issuers.Count > 0; i++)
        {
            var person = stage.Issuers.Person(i, i / stage.Scenario.Issuers.Count);
            json.WriteStartObject();
            Write(json, person);
            json.WriteNumber("payday", person.Payday);
            json.WriteNumber("income", person.Income);
            json.WriteNumber("funds_now", person.FundsAt(stage.Clock.GetUtcNow(), stage.Seed, stage.Scenario.People.SpentPerDay));
            json.WriteString("lapses_at", person.LapsesAt);
            if (person.UpdatedAt is { } updated) json.WriteString("updated_at", updated);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    };

    public static Action<Utf8JsonWriter> Shoppers(Stage stage, string query) => json =>
    {
        json.WriteStartArray("shoppers");
        for (int minute = Number(query, "minute", 0, 10_000_000), end = minute + Number(query, "minutes", 1, 10_000); minute < end; minute++)
        {
            foreach (var shopper in stage.Shoppers.InMinute(minute))
            {
                json.WriteStartObject();
                json.WriteNumber("number", shopper.Number);
                json.WriteString("at", shopper.At);
                Write(json, shopper.Person);
                json.WriteNumber("minor", shopper.Minor);
                json.WriteString("ip", shopper.Ip);
                json.WriteString("device", shopper.Device);
                json.WriteString("email", shopper.Email);
                json.WriteBoolean("fraud", shopper.Fraud);
                json.WriteString("pattern", shopper.Pattern);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    };

    private static void Write(Utf8JsonWriter json, Person person)
    {
        json.WriteString("card", person.Card.Number);
        json.WriteNumber("exp_month", person.Card.ExpMonth);
        json.WriteNumber("exp_year", person.Card.ExpYear);
        json.WriteString("cvc", person.Card.Cvc);
        json.WriteString("issuer", person.Issuer.Name);
        json.WriteString("country", person.Issuer.Country);
    }

    private static int Number(string query, string name, int otherwise, int most) =>
        QueryHelpers.ParseQuery(query).TryGetValue(name, out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var value) ? Math.Clamp(value, 0, most) : otherwise;
}
