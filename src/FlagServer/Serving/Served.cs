using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Busker.Flags;

namespace Busker.FlagServer.Serving;

/// <summary>A state as it is served: the book, the bytes of its answers, who may ask. Immutable but for what it remembers.</summary>
internal sealed class Served
{
    private const int NamesMax = 4096;
    private readonly Dictionary<string, FlagAnswers>.AlternateLookup<ReadOnlySpan<char>> _byName;
    private readonly TaskCompletionSource _replaced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Caller _everyone;
    private volatile Dictionary<string, Caller> _callers = new(StringComparer.Ordinal);

    public Served(FlagBook book, byte[] file, DateTimeOffset at)
    {
        (Book, File, LoadedAt) = (book, file, at);
        Etag = Convert.ToHexStringLower(SHA256.HashData(file).AsSpan(0, 12));
        Flags = [.. book.Flags.Select(f => new FlagAnswers(f))];
        _byName = Flags.ToDictionary(f => f.Name, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _everyone = book.Operator([.. book.State.Environments]);
        Names = new NameCache(NamesMax);
        Version = book.State.Version.ToString(CultureInfo.InvariantCulture);
    }

    public FlagBook Book { get; }

    /// <summary>The bytes it was read from.</summary>
    public byte[] File { get; }

    /// <summary>The bytes are a state file, and not JSON.</summary>
    public bool IsStateFile => File.AsSpan().StartsWith("BSK1"u8);

    /// <summary>In the order of the state.</summary>
    public FlagAnswers[] Flags { get; }

    /// <summary>Names the state's content; the same file gives the same on every server.</summary>
    public string Etag { get; }

    public string Version { get; }

    public DateTimeOffset LoadedAt { get; }

    /// <summary>Ends when another state has taken its place.</summary>
    public Task Replaced => _replaced.Task;

    public NameCache Names { get; }

    public bool IsOpen => Book.State.Clients.Count == 0;

    public FlagAnswers? Find(ReadOnlySpan<char> name) => _byName.TryGetValue(name, out var found) ? found : null;

    /// <summary>Who has this secret; null: nobody. Only secrets that are right are remembered.</summary>
    public Caller? CallerOf(string? secret)
    {
        if (IsOpen) return _everyone;
        if (string.IsNullOrEmpty(secret)) return null;
        if (_callers.TryGetValue(secret, out var known)) return known;
        if (Book.CallerOf(secret) is not { Fault: null } found) return null;
        _callers = new Dictionary<string, Caller>(_callers, StringComparer.Ordinal) { [secret] = found.Value };
        return found.Value;
    }

    /// <summary>What lets a client listen for changes where it cannot send headers. It does not tell the secret.</summary>
    public string ChannelOf(string secret) => IsOpen ? "" : Channel(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    public bool HasChannel(string channel) =>
        IsOpen || Book.State.Clients.SelectMany(c => c.Credentials).Any(c => Channel(c.SecretSha256.Span) == channel);

    public void Retire() => _replaced.TrySetResult();

    private static string Channel(ReadOnlySpan<byte> secret) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(secret, "busker change stream"u8).AsSpan(0, 16));
}
