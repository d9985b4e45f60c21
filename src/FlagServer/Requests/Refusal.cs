namespace Busker.FlagServer.Requests;

/// <summary>Why a request is not answered, before any dialect spells it. Codes are OpenFeature's; 401, 403 and 429 have none of their own.</summary>
/// <param name="RetryAfterSeconds">When asking again may help; 0: it does not.</param>
internal sealed record Refusal(int Status, string Code, string Message, int RetryAfterSeconds = 0)
{
    public static readonly Refusal NoCredentials = new(401, "GENERAL", "the request needs a client secret: Authorization: Bearer <secret>, or X-API-Key");
    public static readonly Refusal UnknownCredentials = new(401, "GENERAL", "no client has this secret");
    public static readonly Refusal TooLarge = new(400, "GENERAL", $"the body is larger than {RequestBody.MaxBytes} bytes");

    public static Refusal Parse(string message) => new(400, "PARSE_ERROR", message);

    public static Refusal Context(string message) => new(400, "INVALID_CONTEXT", message);
}
