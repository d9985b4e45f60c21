namespace Busker.Simulator.Core;

/// <summary>Ids as providers write them, from numbers that the seed decides.</summary>
internal static class Ids
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string Text(string prefix, int length, ulong high, ulong low, int salt) =>
        string.Create(prefix.Length + length, (prefix, high, low, salt), static (to, from) =>
        {
            from.prefix.CopyTo(to);
            var state = unchecked(from.low + ((ulong)from.salt * 0xD1B54A32D192ED03));
            ulong bits = 0;
            for (int i = from.prefix.Length, left = 0; i < to.Length; i++, left--)
            {
                // A word gives ten characters: 62^10 is less than 2^64.
                if (left == 0) (bits, left) = (Draw.Mix(from.high ^ (state = unchecked(state + 0x9E3779B97F4A7C15))), 10);
                to[i] = Alphabet[(int)(bits % 62)];
                bits /= 62;
            }
        });

    /// <summary>An id that follows from another one: its events, its dispute, what a schedule makes of it.</summary>
    public static string From(ulong seed, string entity, string purpose, string prefix, int length = 24)
    {
        var draw = Draw.Of(seed, entity, purpose);
        return Text(prefix, length, draw.Next(), draw.Next(), 0);
    }

    /// <summary>The same, in digits and capital letters only (Adyen and PayPal write theirs so).</summary>
    public static string Capitals(ulong seed, string entity, string purpose, int length)
    {
        var draw = Draw.Of(seed, entity, purpose);
        return string.Create(length, draw, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++) to[i] = Alphabet[(int)from.Below(36)];
        });
    }
}
