using Busker.Experiments.V1;

namespace Busker.FlagImport.Confidence;

/// <summary>The shape of a flag's values.</summary>
internal static class ConfidenceSchema
{
    public static ValueSchema OfStruct(Node schema)
    {
        var made = new ValueSchema { Struct = new() };
        foreach (var (name, field) in schema.Member("schema")?.Members ?? []) made.Struct.Fields[name] = Of(field);
        return made;
    }

    private static ValueSchema Of(Node schema) =>
        schema.Member("structSchema") is { } nested ? OfStruct(nested)
        : schema.Member("listSchema") is { } list ? new() { List = new() { Element = Of(list.Member("elementSchema") ?? Node.Null) } }
        : new()
        {
            Scalar = schema.Member("intSchema") is not null ? ValueSchema.Types.Scalar.Int
                : schema.Member("doubleSchema") is not null ? ValueSchema.Types.Scalar.Double
                : schema.Member("stringSchema") is not null ? ValueSchema.Types.Scalar.String
                : schema.Member("boolSchema") is not null ? ValueSchema.Types.Scalar.Bool
                : ValueSchema.Types.Scalar.Json,
        };
}
