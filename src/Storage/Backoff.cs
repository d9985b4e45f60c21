using System.Security.Cryptography;

namespace Busker.Storage;

/// <summary>Exponential backoff with full jitter, so that those who failed together do not come back together.</summary>
internal static class Backoff
{
    /// <param name="attempt">1 for the first failure.</param>
    /// <param name="first">Mean wait after the first failure.</param>
    /// <param name="max">No wait is longer.</param>
    /// <returns>Between a half and the whole of <c>first × 2^(attempt-1)</c>, capped.</returns>
    public static TimeSpan After(int attempt, TimeSpan first, TimeSpan max)
    {
        var whole = Math.Min(first.TotalMilliseconds * Math.Pow(2, attempt - 1), max.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(whole * (0.5 + RandomNumberGenerator.GetInt32(1 << 16) / 131072.0));
    }
}
