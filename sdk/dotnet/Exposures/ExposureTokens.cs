using System.Security.Cryptography;
using Busker.Experiments.V1;
using Busker.Kernel;
using Google.Protobuf;

namespace Busker.Flags;

/// <summary>
/// Deferred exposure: what was resolved travels sealed (AES-256-GCM) with the caller, who later says which flags were
/// really seen. The token cannot be read or changed.
/// </summary>
public sealed class ExposureTokens : IDisposable
{
    private const int Nonce = 12, Tag = 16;
    private static readonly TimeSpan MaxSkew = TimeSpan.FromDays(2);
    private readonly AesGcm _cipher;
    private readonly TimeProvider _clock;

    /// <param name="key">32 random bytes, shared by all servers of the account.</param>
    public ExposureTokens(byte[] key, TimeProvider clock) => (_cipher, _clock) = (new AesGcm(key, Tag), clock);

    /// <param name="resolveId">Names the resolve call; empty: a new random name.</param>
    public ByteString Seal(FlagBook book, IEnumerable<Answer> answers, EvaluationContext context, string client, string resolveId = "")
    {
        var token = new ExposureToken
        {
            ResolveId = resolveId.Length > 0 ? resolveId : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), StateVersion = book.State.Version,
            ResolvedAtUs = book.NowUs(), Client = client,
        };
        token.Exposures.AddRange(answers.Where(a => a.ShouldApply).Select(a => Of(a, context, client)));
        var plain = token.ToByteArray();
        var result = new byte[Nonce + plain.Length + Tag];
        RandomNumberGenerator.Fill(result.AsSpan(0, Nonce));
        _cipher.Encrypt(result.AsSpan(0, Nonce), plain, result.AsSpan(Nonce, plain.Length), result.AsSpan(Nonce + plain.Length), "busker exposure"u8);
        return UnsafeByteOperations.UnsafeWrap(result);
    }

    /// <summary>
    /// The exposures of the flags named, at receive time − (send time − apply time): the caller's clock need not be right.
    /// Every flag must have been resolved with the token, or nothing is applied. A flag without an assignment applies nothing.
    /// </summary>
    public Result<IReadOnlyList<Exposure>> Open(ByteString sealedToken, IReadOnlyList<(string Flag, DateTimeOffset AppliedAt)> flags, DateTimeOffset sentAt)
    {
        if (sealedToken.Length < Nonce + Tag) return Broken();
        var plain = new byte[sealedToken.Length - Nonce - Tag];
        try
        {
            var bytes = sealedToken.Span;
            _cipher.Decrypt(bytes[..Nonce], bytes[Nonce..^Tag], bytes[^Tag..], plain, "busker exposure"u8);
        }
        catch (CryptographicException)
        {
            return Broken();
        }

        var token = ExposureToken.Parser.ParseFrom(plain);
        var received = _clock.GetUtcNow();
        var exposures = new List<Exposure>();
        foreach (var (flag, appliedAt) in flags)
        {
            var ago = sentAt - appliedAt;
            if (ago < TimeSpan.Zero || ago > MaxSkew) return Fault.Invalid("apply_time", $"{flag} was applied {ago} before it was sent");
            if (token.Exposures.FirstOrDefault(e => e.Flag == flag) is not { } exposure) return Fault.Invalid("flags", $"{flag} has nothing to apply in this token");
            exposure = exposure.Clone();
            exposure.AppliedAtUs = (received - ago - DateTimeOffset.UnixEpoch).Ticks / 10;
            exposure.ResolveId = token.ResolveId;
            exposures.Add(exposure);
        }

        return exposures;
    }

    /// <summary>An answer as an exposure, not yet dated.</summary>
    public static Exposure Of(in Answer answer, EvaluationContext context, string client)
    {
        var exposure = new Exposure
        {
            Flag = answer.Flag!.Name, Rule = answer.Rule?.Name ?? "", Assignment = answer.Assignment?.Id ?? "",
            Variant = answer.Reason == Reason.Match ? answer.Variant?.Name ?? "" : "", Unit = answer.Unit, Client = client,
            Selector = answer.Rule?.Selector.Path ?? "", Segment = answer.Rule?.Source.Segment ?? "", Reason = answer.Reason,
        };
        exposure.Fallthroughs.AddRange(answer.FallthroughMessages(context));
        return exposure;
    }

    public void Dispose() => _cipher.Dispose();

    private static Fault Broken() => new(Code.InvalidArgument, "RESOLVE_TOKEN_INVALID", "the resolve token was not made here, or was changed", "resolve_token");
}
