using System.Text.Json.Nodes;
using Busker.Simulator.Core;

namespace Busker.Simulator.Adyen;

/// <summary>A request that Adyen refuses: status, errorCode, errorType (validation, security, internal) and a sentence.</summary>
internal sealed class AdyenError(int status, string code, string type, string message) : Exception(message)
{
    public static AdyenError Invalid(string code, string message) => new(422, code, "validation", message);

    public static AdyenError Missing(string field) => Invalid("14_0000", $"Required field '{field}' is not provided.");

    public Answer Answer(string psp)
    {
        var body = new JsonObject { ["status"] = status, ["errorCode"] = code, ["message"] = Message, ["errorType"] = type, ["pspReference"] = psp };
        return Core.Answer.Text(status, body.ToJsonString(), "application/json").With("pspReference", psp);
    }
}
