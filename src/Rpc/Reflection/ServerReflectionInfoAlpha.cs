using Busker.Kernel;
using Google.Protobuf;
using V1 = Grpc.Reflection.V1;
using V1Alpha = Grpc.Reflection.V1Alpha;

namespace Busker.Rpc.Reflection.Alpha;

/// <summary>Server reflection, version 1alpha: the same bytes under the older name, which older tools still ask.</summary>
internal sealed class ServerReflectionInfo(Reflection.ServerReflectionInfo current)
    : IDuplexRpc<V1Alpha.ServerReflectionRequest, V1Alpha.ServerReflectionResponse>
{
    public Result<V1Alpha.ServerReflectionResponse> Answer(V1Alpha.ServerReflectionRequest request)
    {
        var answer = current.Answer(V1.ServerReflectionRequest.Parser.ParseFrom(request.ToByteString()));
        return answer.Fault is { } fault ? fault : V1Alpha.ServerReflectionResponse.Parser.ParseFrom(answer.Value.ToByteString());
    }
}
