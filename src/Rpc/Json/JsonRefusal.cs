using Busker.Kernel;

namespace Busker.Rpc.Json;

/// <summary>A wrong field, thrown from the depth of a body to its reader; never leaves this folder.</summary>
internal sealed class JsonRefusal(string reason, string path, string message) : Exception(message)
{
    public Fault ToFault() => path.Length == 0
        ? new Fault(Code.InvalidArgument, reason, Message)
        : new Fault(Code.InvalidArgument, reason, $"{path}: {Message}", path);
}
