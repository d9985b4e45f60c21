using Busker.Kernel;
using Google.Protobuf.Reflection;
using V1 = Grpc.Reflection.V1;

namespace Busker.Rpc.Reflection;

/// <summary>Server reflection, version 1.</summary>
internal sealed class ServerReflectionInfo(IEnumerable<RpcRegistration> registrations)
    : IDuplexRpc<V1.ServerReflectionRequest, V1.ServerReflectionResponse>
{
    private readonly FileIndex _index = new(registrations);

    public Result<V1.ServerReflectionResponse> Answer(V1.ServerReflectionRequest request)
    {
        var answer = new V1.ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case V1.ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                answer.ListServicesResponse = new V1.ListServiceResponse();
                answer.ListServicesResponse.Service.AddRange(_index.Services.Select(n => new V1.ServiceResponse { Name = n }));
                return answer;
            case V1.ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                return File(answer, _index.ByName(request.FileByFilename), request.FileByFilename);
            case V1.ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                return File(answer, _index.BySymbol(request.FileContainingSymbol), request.FileContainingSymbol);
            case V1.ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                var asked = request.FileContainingExtension;
                var file = _index.ExtensionsOf(asked.ContainingType).FirstOrDefault(e => e.FieldNumber == asked.ExtensionNumber)?.File;
                return File(answer, file, $"{asked.ContainingType} extension {asked.ExtensionNumber}");
            case V1.ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
                answer.AllExtensionNumbersResponse = new V1.ExtensionNumberResponse { BaseTypeName = request.AllExtensionNumbersOfType };
                answer.AllExtensionNumbersResponse.ExtensionNumber.AddRange(
                    _index.ExtensionsOf(request.AllExtensionNumbersOfType).Select(e => e.FieldNumber));
                return answer;
            default:
                return new Fault(Code.InvalidArgument, "REFLECTION_EMPTY", "The reflection request asks nothing.", "message_request");
        }
    }

    private static V1.ServerReflectionResponse File(V1.ServerReflectionResponse answer, FileDescriptor? file, string asked)
    {
        if (file is null)
        {
            answer.ErrorResponse = new V1.ErrorResponse { ErrorCode = (int)Code.NotFound, ErrorMessage = $"{asked} is not known here." };
            return answer;
        }

        answer.FileDescriptorResponse = new V1.FileDescriptorResponse();
        answer.FileDescriptorResponse.FileDescriptorProto.AddRange(FileIndex.WithImports(file));
        return answer;
    }
}
