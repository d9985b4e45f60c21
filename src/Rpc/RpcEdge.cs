using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Busker.Common.V1;
using Busker.Kernel;

namespace Busker.Rpc;

/// <summary>
/// The one door to the outside: Connect-protocol unary calls, binary or JSON, at <c>/package.Service/Method</c>.
/// Order of work: authenticate, authorise by the proto rule, parse, handle, answer. Nothing else lives here.
/// </summary>
public static class RpcEdge
{
    /// <summary>Binds every method of a service to the handler of the same name, or refuses to start.</summary>
    public static void MapService(this IEndpointRouteBuilder app, Google.Protobuf.Reflection.ServiceDescriptor service, params Type[] handlers)
    {
        var byName = handlers.ToDictionary(h => h.Name);
        foreach (var method in service.Methods)
        {
            if (!byName.Remove(method.Name, out var handler))
                throw new InvariantException($"{method.FullName} has no handler");
            var rule = method.GetOptions()?.GetExtension(OptionsExtensions.Rule)
                ?? throw new InvariantException($"{method.FullName} has no rule");
            var shape = typeof(IRpc<,>).MakeGenericType(method.InputType.ClrType, method.OutputType.ClrType);
            if (!shape.IsAssignableFrom(handler)) throw new InvariantException($"{handler} is not {shape}");
            typeof(RpcEdge).GetMethod(nameof(Map), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
                .MakeGenericMethod(method.InputType.ClrType, method.OutputType.ClrType)
                .Invoke(null, [app, method, rule, handler]);
        }

        if (byName.Count > 0) throw new InvariantException($"{byName.Keys.First()} is not in {service.FullName}");
    }

    private static void Map<TRequest, TResponse>(
        IEndpointRouteBuilder app, MethodDescriptor method, Rule rule, Type handlerType)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage<TResponse>
    {
        app.MapPost($"/{method.Service.FullName}/{method.Name}", async (HttpContext http) =>
        {
            Result<TResponse> result;
            try
            {
                var call = Authenticate(http.Request);
                result = call is null
                    ? new Fault(Kernel.Code.Unauthenticated, "NO_CREDENTIALS", "Send an authorization header.")
                    : !call.Permissions.Contains(rule.Permission)
                        ? new Fault(Kernel.Code.PermissionDenied, "MISSING_PERMISSION", $"Needs {rule.Permission}.")
                        : await ((IRpc<TRequest, TResponse>)http.RequestServices.GetRequiredService(handlerType))
                            .HandleAsync(await ReadAsync<TRequest>(http.Request), call, http.RequestAborted);
            }
            catch (InvalidProtocolBufferException e)
            {
                result = new Fault(Kernel.Code.InvalidArgument, "MALFORMED_BODY", e.Message);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(method.FullName)
                    .LogError(e, "unhandled");
                await WriteAsync(http, 500, new Common.V1.Status { Code = 13, Reason = "INTERNAL", Message = "Our fault." });
                return;
            }

            if (result.Fault is { } fault) await WriteAsync(http, HttpStatus(fault.Code), ToStatus(fault));
            else await WriteAsync(http, 200, result.Value);
        });
    }

    private static Call? Authenticate(HttpRequest request) =>
        request.Headers.Authorization is [{ } token, ..] && token.Split(' ') is ["Bearer", var tenant, .. var permissions]
            ? new Call(tenant, permissions.ToHashSet())
            : null; // the spike trusts the header; the real edge verifies a key

    private static async Task<T> ReadAsync<T>(HttpRequest request) where T : IMessage<T>, new()
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        var parser = new MessageParser<T>(() => new T());
        return IsJson(request)
            ? parser.ParseJson(System.Text.Encoding.UTF8.GetString(body.ToArray()))
            : parser.ParseFrom(body.ToArray());
    }

    private static async Task WriteAsync(HttpContext http, int status, IMessage message)
    {
        http.Response.StatusCode = status;
        var json = IsJson(http.Request) || status != 200; // Connect: errors are always JSON
        http.Response.ContentType = json ? "application/json" : "application/proto";
        var body = json
            ? System.Text.Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(message))
            : message.ToByteArray();
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static bool IsJson(HttpRequest request) =>
        request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true;

    private static Common.V1.Status ToStatus(Fault fault)
    {
        var status = new Common.V1.Status { Code = (int)fault.Code, Reason = fault.Reason, Message = fault.Message };
        if (fault.Field is not null)
            status.FieldViolations.Add(new FieldViolation { Field = fault.Field, Description = fault.Message });
        return status;
    }

    private static int HttpStatus(Kernel.Code code) => code switch
    {
        Kernel.Code.InvalidArgument or Kernel.Code.FailedPrecondition => 400,
        Kernel.Code.Unauthenticated => 401,
        Kernel.Code.PermissionDenied => 403,
        Kernel.Code.NotFound => 404,
        Kernel.Code.AlreadyExists or Kernel.Code.Aborted => 409,
        Kernel.Code.ResourceExhausted => 429,
        Kernel.Code.Unavailable => 503,
        Kernel.Code.DeadlineExceeded => 504,
        _ => throw new InvariantException($"no status for {code}"),
    };
}
