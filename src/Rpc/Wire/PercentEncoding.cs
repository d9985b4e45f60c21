using System.Globalization;
using System.Text;

namespace Busker.Rpc.Wire;

/// <summary>How gRPC writes a message into a header: UTF-8, with everything but printable ASCII (and %) as %XX.</summary>
internal static class PercentEncoding
{
    public static string Encode(string text)
    {
        if (text.All(IsPlain)) return text;
        var result = new StringBuilder(text.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (IsPlain((char)b)) result.Append((char)b);
            else result.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }

        return result.ToString();
    }

    private static bool IsPlain(char c) => c is >= ' ' and <= '~' and not '%';
}
