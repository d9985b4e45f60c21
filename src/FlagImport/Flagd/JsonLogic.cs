using System.Text.Json.Nodes;
using Busker.Flags;

namespace Busker.FlagImport.Flagd;

/// <summary>Short words for writing JSONLogic.</summary>
internal static class JsonLogic
{
    public static JsonObject Op(string name, params JsonNode?[] arguments) => new() { [name] = new JsonArray(arguments) };

    public static JsonObject All(IEnumerable<JsonNode?> parts) => Op("and", [.. parts]);

    public static JsonObject Any(IEnumerable<JsonNode?> parts) => Op("or", [.. parts]);

    /// <summary>flagd has names of its own for the unit and the clock.</summary>
    public static JsonObject Var(string attribute) => new()
    {
        ["var"] = attribute switch { EvaluationContext.TargetingKey => "targetingKey", EvaluationContext.Now => "$flagd.timestamp", _ => attribute },
    };

    /// <summary>There and not null. "!=" would take 0 and false for null.</summary>
    public static JsonObject Present(string attribute) => Op("!==", Var(attribute), null);

    public static JsonObject Absent(string attribute) => Op("===", Var(attribute), null);
}
