using System.Buffers.Binary;
using System.Security.Cryptography;
using Busker.Experiments.V1;
using Busker.Kernel;

namespace Busker.Flags;

/// <summary>How much the client's state can be relied upon.</summary>
public enum Freshness
{
    /// <summary>There is no state at all: every flag answers the caller's own default.</summary>
    NotReady,

    /// <summary>A state from disk, or one that has not been confirmed for longer than allowed.</summary>
    Stale,

    Fresh,
}

/// <param name="CachePath">Where the last good state is kept; null: nowhere.</param>
/// <param name="Keys">Trusted signers by key id; null: unsigned states are accepted.</param>
/// <param name="StaleAfter">Without a confirmation for this long a state is stale.</param>
public sealed record FlagClientOptions(string? CachePath = null, IReadOnlyDictionary<string, ECDsa>? Keys = null, TimeSpan? StaleAfter = null, BookOptions? Book = null);

/// <summary>
/// Holds the current flag book of a process. States are offered to it, whole or as deltas; a bad one is refused and the
/// last good one stays. Started without its server it serves the last good state from disk and says that it is stale.
/// </summary>
public sealed class FlagClient
{
    private readonly TimeProvider _clock;
    private readonly FlagClientOptions _options;
    private readonly Lock _gate = new();
    private readonly List<byte[]> _kept = [];
    private volatile Held? _held;

    public FlagClient(TimeProvider clock, FlagClientOptions? options = null)
    {
        (_clock, _options) = (clock, options ?? new());
        if (_options.CachePath is { } path && File.Exists(path)) LastProblem = Restore(File.ReadAllBytes(path));
    }

    /// <summary>Null: not ready.</summary>
    public FlagBook? Book => _held?.Book;

    public OpenedState? State => _held?.State;

    /// <summary>Why the last offer, or the state on disk, was refused.</summary>
    public Fault? LastProblem { get; private set; }

    public Freshness Freshness => _held switch
    {
        null => Freshness.NotReady,
        { ConfirmedAt: { } at } when _clock.GetUtcNow() - at <= (_options.StaleAfter ?? TimeSpan.FromMinutes(5)) => Freshness.Fresh,
        _ => Freshness.Stale,
    };

    /// <summary>A file from the server. Null: taken (and kept on disk). An older version is refused.</summary>
    public Fault? Offer(byte[] file)
    {
        lock (_gate)
        {
            LastProblem = Load(file, confirmed: true);
            if (LastProblem is null) Keep(file);
            return LastProblem;
        }
    }

    /// <summary>The server said that nothing changed.</summary>
    public void Confirm()
    {
        lock (_gate)
        {
            if (_held is { } held) _held = held with { ConfirmedAt = _clock.GetUtcNow() };
        }
    }

    /// <summary>Before there is a state, and for flags it does not have: REASON_FLAG_NOT_FOUND and no value.</summary>
    public Answer Resolve(string flag, EvaluationContext context, StickyMemory? sticky = null) =>
        _held is { } held ? held.Book.Resolve(flag, context, held.Caller, sticky) : new(null, Reason.FlagNotFound, null);

    private Fault? Load(byte[] file, bool confirmed)
    {
        var opened = StateFiles.Read(file, _options.Keys, _held?.State);
        if (opened.Fault is { } unreadable) return unreadable;
        if (_held is { } held && opened.Value.Header.Version < held.State.Header.Version)
        {
            return new Fault(Code.FailedPrecondition, "STATE_OLDER", $"version {opened.Value.Header.Version} is older than {held.State.Header.Version}, which is in use");
        }

        var book = FlagBook.Build(opened.Value.State, _clock, _options.Book);
        if (book.Fault is { } invalid) return invalid;
        _held = new Held(opened.Value, book.Value, book.Value.Operator([.. opened.Value.State.Environments]), confirmed ? _clock.GetUtcNow() : null);
        return null;
    }

    // Written beside and renamed: a crash leaves the old file or the new one. A delta goes after the file it starts from,
    // so that each piece keeps its own signature.
    private void Keep(byte[] file)
    {
        if (_options.CachePath is not { } path) return;
        if (_held!.State.Header.BaseSha256.IsEmpty) _kept.Clear();
        _kept.Add(file);
        using (var stream = File.Create(path + ".new"))
        {
            Span<byte> length = stackalloc byte[4];
            foreach (var piece in _kept)
            {
                BinaryPrimitives.WriteInt32LittleEndian(length, piece.Length);
                stream.Write(length);
                stream.Write(piece);
            }

            stream.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    private Fault? Restore(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 4)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            if (length < 0 || length > bytes.Length - 4) return new Fault(Code.InvalidArgument, "STATE_FILE_DAMAGED", "the state on disk is cut short");
            var piece = bytes.Slice(4, length).ToArray();
            if (Load(piece, confirmed: false) is { } fault) return fault;
            _kept.Add(piece);
            bytes = bytes[(4 + length)..];
        }

        return null;
    }

    private sealed record Held(OpenedState State, FlagBook Book, Caller Caller, DateTimeOffset? ConfirmedAt);
}
