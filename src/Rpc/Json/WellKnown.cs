using Google.Protobuf.Reflection;

namespace Busker.Rpc.Json;

/// <summary>The google.protobuf types whose JSON is not an object of their fields.</summary>
internal static class WellKnown
{
    private static readonly HashSet<string> Names =
    [
        "google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask", "google.protobuf.Any",
        "google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue",
        "google.protobuf.BoolValue", "google.protobuf.BytesValue", "google.protobuf.DoubleValue", "google.protobuf.FloatValue",
        "google.protobuf.Int32Value", "google.protobuf.Int64Value", "google.protobuf.StringValue",
        "google.protobuf.UInt32Value", "google.protobuf.UInt64Value",
    ];

    public static bool IsSpecial(MessageDescriptor type) =>
        type.File.Package == "google.protobuf" && Names.Contains(type.FullName);

    /// <summary>In C# a wrapper field holds the plain nullable value, not a message.</summary>
    public static bool IsWrapper(MessageDescriptor type) =>
        IsSpecial(type) && type.Name.EndsWith("Value", StringComparison.Ordinal) && type.Name is not ("Value" or "ListValue");
}
