using Busker.Experiments.V1;
using Google.Protobuf.WellKnownTypes;
using Scalar = Busker.Experiments.V1.ValueSchema.Types.Scalar;

namespace Busker.Flags.State;

/// <summary>Checks a variant's value against the flag's schema and fills missing struct fields with null.</summary>
internal sealed class ValueChecker(Problems problems)
{
    private const int MaxFields = 64, MaxDepth = 8;

    public void Schema(ValueSchema? schema, string path, int depth = 0)
    {
        if (depth > MaxDepth) problems.Add(path, $"a schema is at most {MaxDepth} levels deep");
        else if (schema is null || schema.TypeCase == ValueSchema.TypeOneofCase.None) problems.Add(path, "the type is missing");
        else if (schema.TypeCase == ValueSchema.TypeOneofCase.Scalar && (schema.Scalar is < Scalar.Bool or > Scalar.Json)) problems.Add(path, "not a scalar type");
        else if (schema.TypeCase == ValueSchema.TypeOneofCase.List) Schema(schema.List.Element, problems.At(path, ".element"), depth + 1);
        else if (schema.TypeCase == ValueSchema.TypeOneofCase.Struct)
        {
            if (schema.Struct.Fields.Count > MaxFields) problems.Add(path, $"a struct has at most {MaxFields} fields");
            foreach (var (name, field) in schema.Struct.Fields) Schema(field, problems.At(path, ".", name), depth + 1);
        }
    }

    public Value Complete(Value? value, ValueSchema schema, string path)
    {
        if (value is null || value.KindCase is Value.KindOneofCase.None) return Wrong(path, "the value is missing");
        if (value.KindCase == Value.KindOneofCase.NullValue) return value;
        return schema.TypeCase switch
        {
            ValueSchema.TypeOneofCase.Struct => CompleteStruct(value, schema.Struct, path),
            ValueSchema.TypeOneofCase.List => CompleteList(value, schema.List, path),
            _ => Conforms(value, schema.Scalar) ? value : Wrong(path, $"is not {schema.Scalar.ToString().ToUpperInvariant()}"),
        };
    }

    private Value CompleteStruct(Value value, ValueSchema.Types.Struct schema, string path)
    {
        if (value.KindCase != Value.KindOneofCase.StructValue) return Wrong(path, "is not a struct");
        var complete = new Struct();
        foreach (var name in value.StructValue.Fields.Keys.Where(k => !schema.Fields.ContainsKey(k))) problems.Add(problems.At(path, ".", name), "is not in the schema");
        foreach (var (name, field) in schema.Fields.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            complete.Fields[name] = value.StructValue.Fields.TryGetValue(name, out var given)
                ? Complete(given, field, problems.At(path, ".", name))
                : Value.ForNull();
        }

        return Value.ForStruct(complete);
    }

    private Value CompleteList(Value value, ValueSchema.Types.List schema, string path)
    {
        if (value.KindCase != Value.KindOneofCase.ListValue) return Wrong(path, "is not a list");
        return Value.ForList([.. value.ListValue.Values.Select((v, i) => Complete(v, schema.Element, problems.At(path, "", i)))]);
    }

    private static bool Conforms(Value value, Scalar scalar) => scalar switch
    {
        Scalar.Bool => value.KindCase == Value.KindOneofCase.BoolValue,
        Scalar.String => value.KindCase == Value.KindOneofCase.StringValue,
        Scalar.Double => value.KindCase == Value.KindOneofCase.NumberValue && double.IsFinite(value.NumberValue),
        Scalar.Int => value.KindCase == Value.KindOneofCase.NumberValue && Math.Floor(value.NumberValue) == value.NumberValue
            && Math.Abs(value.NumberValue) <= 9007199254740992,
        _ => true,
    };

    private Value Wrong(string path, string message)
    {
        problems.Add(path, message);
        return Value.ForNull();
    }
}
