using Busker.Echo.V1;
using Busker.EchoHost;
using Busker.Kernel;

using Microsoft.Extensions.DependencyInjection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Busker.Rpc.Tests;

/// <summary>A host whose contract and handlers do not match does not start, and says in one sentence what is missing.</summary>
public sealed class StartTests
{
    private static readonly Type[] All = [typeof(Say), typeof(Repeat), typeof(Keep), typeof(Fail), typeof(Mirror)];

    [Fact]
    public void All_in_order_starts() => Should.NotThrow(() => Build(EchoReflection.Descriptor.Services[0], All));

    [Fact]
    public void A_method_without_handler_is_refused() =>
        Refusal(EchoReflection.Descriptor.Services[0], All[1..]).ShouldBe("The method echo.v1.Echo.Say has no handler: register a class named Say.");

    [Fact]
    public void A_handler_without_method_is_refused() =>
        Refusal(EchoReflection.Descriptor.Services[0], [.. All, typeof(StartTests)])
            .ShouldBe("The handler Busker.Rpc.Tests.StartTests has no method in echo.v1.Echo.");

    [Fact]
    public void A_method_without_permission_is_refused() =>
        Refusal(Grpc.Health.V1.HealthReflection.Descriptor.Services[0], [typeof(Health.Check), typeof(Health.List), typeof(Health.Watch)])
            .ShouldStartWith("The method grpc.health.v1.Health.Check has no permission");

    [Fact]
    public void A_method_without_documentation_is_refused() =>
        Refusal(BareReflection.Descriptor.Services[0], [typeof(Mute)])
            .ShouldStartWith("The method echo.v1.Bare.Mute has no documentation");

    [Fact]
    public void A_handler_of_another_shape_is_refused() =>
        Refusal(BareReflection.Descriptor.Services[1], [typeof(Say)])
            .ShouldBe("The handler Busker.EchoHost.Say is not an IRpc<RepeatRequest, SayResponse>, as echo.v1.Shape.Say needs.");

    [Fact]
    public void A_method_that_mutates_and_is_safe_is_refused() =>
        Refusal(BareReflection.Descriptor.Services[2], [typeof(Say)]).ShouldContain("mutates and also says that it has no side effects");

    [Fact]
    public void A_count_of_what_is_no_list_is_refused() =>
        Refusal(BareReflection.Descriptor.Services[3], [typeof(Say)])
            .ShouldBe("The method echo.v1.Counted.Say counts text, which is no repeated field of its request.");

    private static string Refusal(ServiceDescriptor service, Type[] handlers) =>
        Should.Throw<InvariantException>(() => Build(service, handlers)).Message;

    private static MethodTable Build(ServiceDescriptor service, Type[] handlers)
    {
        var services = new ServiceCollection();
        foreach (var handler in handlers) services.AddSingleton(handler, p => System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(handler));
        return new MethodTable([new RpcRegistration(service, handlers)], services.BuildServiceProvider());
    }

    internal sealed class Mute : IRpc<SayRequest, SayResponse>
    {
        public Task<Result<SayResponse>> HandleAsync(SayRequest request, Call call, CancellationToken ct) =>
            Task.FromResult<Result<SayResponse>>(new SayResponse());
    }
}
