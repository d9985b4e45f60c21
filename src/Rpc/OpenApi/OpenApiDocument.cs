using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;

namespace Busker.Rpc.OpenApi;

/// <summary>
/// The JSON surface of the contract as OpenAPI 3.1: one POST per unary method, with its request, answer, permission and the
/// comments of the proto. Streams have no JSON that OpenAPI can describe and are only named.
/// </summary>
internal sealed class OpenApiDocument
{
    private readonly SchemaBook _schemas = new();

    public OpenApiDocument(MethodTable table) => Bytes = System.Text.Encoding.UTF8.GetBytes(Build(table).ToJsonString());

    public byte[] Bytes { get; }

    private JsonObject Build(MethodTable table)
    {
        var paths = new JsonObject();
        var tags = new JsonArray();
        foreach (var service in table.Services.Where(s => !s.IsOpen).Select(s => s.Service).OrderBy(s => s.FullName, StringComparer.Ordinal))
            tags.Add(new JsonObject { ["name"] = service.FullName, ["description"] = Documentation.Of(service) ?? "" });
        foreach (var method in table.Methods.Where(m => m.Rule is not null).OrderBy(m => m.Path, StringComparer.Ordinal))
            paths[method.Path] = new JsonObject { ["post"] = Operation(method) };
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "Busker", ["version"] = "1", ["description"] = "The Connect surface: POST JSON, get JSON." },
            ["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray() }),
            ["tags"] = tags,
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject { ["key"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
                ["schemas"] = _schemas.Finish(),
            },
        };
    }

    private JsonObject Operation(RpcMethod method)
    {
        var text = Documentation.Of(method.Descriptor)!;
        var operation = new JsonObject
        {
            ["operationId"] = method.FullName,
            ["tags"] = new JsonArray(method.Descriptor.Service.FullName),
            ["summary"] = text.Split('\n')[0],
            ["description"] = $"{text}\n\nNeeds the permission `{method.Rule!.Permission}`."
                + (method.Streams ? " Answers with a stream: use gRPC, gRPC-Web or Connect streaming." : ""),
            ["x-permission"] = method.Rule.Permission,
            ["x-mutates"] = method.Rule.Mutates,
            ["x-streams"] = method.Streams,
        };
        if (method.Rule.Mutates)
        {
            operation["parameters"] = new JsonArray(new JsonObject
            {
                ["name"] = "Idempotency-Key", ["in"] = "header", ["required"] = false,
                ["description"] = "Makes a repeat the same request; the same as the field requestId.",
                ["schema"] = new JsonObject { ["type"] = "string", ["maxLength"] = 128 },
            });
        }

        var type = method.Streams ? "application/connect+json" : "application/json";
        operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(type, method.Descriptor.InputType) };
        operation["responses"] = new JsonObject
        {
            ["200"] = new JsonObject { ["description"] = "The answer.", ["content"] = Content(type, method.Descriptor.OutputType) },
            ["default"] = new JsonObject
            {
                ["description"] = "A refusal.",
                ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = SchemaBook.Error } },
            },
        };
        return operation;
    }

    private JsonObject Content(string type, MessageDescriptor message) =>
        new() { [type] = new JsonObject { ["schema"] = _schemas.Of(message) } };
}
