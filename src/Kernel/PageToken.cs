using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Busker.Kernel;

/// <summary>
/// Where the next page begins: the last key of this one, bound to the filter it was made for. Opaque to callers; not a
/// secret, so reading with it is still limited by scope.
/// </summary>
public static class PageToken
{
    private const int PrintLength = 6;

    /// <param name="last">the last key on the page</param>
    /// <param name="filter">method and every filter field of the request, in one text</param>
    public static string After(string last, string filter) =>
        Base64Url.EncodeToString([.. Print(filter), .. Encoding.UTF8.GetBytes(last)]);

    /// <returns>The key after which to go on; "" for the first page; INVALID_ARGUMENT for a token of another request.</returns>
    public static Result<string> Read(string token, string filter)
    {
        if (token.Length == 0) return "";
        if (token.Length > 1000 || !Base64Url.IsValid(token)) return Wrong;
        var bytes = Base64Url.DecodeFromChars(token);
        return bytes.Length > PrintLength && bytes.AsSpan(0, PrintLength).SequenceEqual(Print(filter))
            ? Encoding.UTF8.GetString(bytes.AsSpan(PrintLength))
            : Wrong;
    }

    private static byte[] Print(string filter) => SHA256.HashData(Encoding.UTF8.GetBytes(filter))[..PrintLength];

    private static readonly Fault Wrong = Fault.Invalid("page.page_token", "Not a token from an earlier answer to this same request.");
}

/// <summary>The bounds of every list.</summary>
public static class PageSize
{
    public const int Default = 50;
    public const int Max = 500;

    /// <returns>How many to give: the default for 0; INVALID_ARGUMENT outside 0 to 500.</returns>
    public static Result<int> Of(int asked) => asked switch
    {
        0 => Default,
        > 0 and <= Max => asked,
        _ => Fault.Invalid("page.page_size", $"0 to {Max}; 0 means {Default}."),
    };
}
