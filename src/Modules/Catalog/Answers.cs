using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Catalog;

/// <summary>Rows as the contract shows them, and the faults that several slices share.</summary>
internal static class Answers
{
    public const int NoteLengthMax = 500;

    public static byte[] ToBytes(this Document document) => document.ToByteArray();

    public static Draft ToProto(this DraftTable.Row row, bool whole = true) => new()
    {
        DraftId = row.Id.ToString(), State = row.State, Note = row.Note, BaseVersion = row.BaseVersion,
        PublishedVersion = row.PublishedVersion, Etag = row.Etag.ToString("n"), Document = whole ? row.Document : null,
        CreateTime = Stamp(row.CreatedAt), UpdateTime = Stamp(row.UpdatedAt),
    };

    /// <param name="row">what was published</param>
    /// <param name="state">where it stands</param>
    /// <param name="whole">with document and changes</param>
    public static V1.Version ToProto(this VersionTable.Row row, V1.Version.Types.State state, bool whole = true) => new()
    {
        Number = row.Number, State = state, Note = row.Note, Hash = row.Hash,
        EffectiveTime = Stamp(row.EffectiveAt), PublishTime = Stamp(row.PublishedAt),
        Document = whole ? row.Document : null, Changes = { whole ? row.Changes : [] },
    };

    /// <param name="row">any version</param>
    /// <param name="active">the number of the one in force; 0 for none</param>
    /// <param name="now">when it is asked</param>
    public static V1.Version.Types.State StateOf(VersionTable.Row row, int active, DateTimeOffset now) =>
        row.WithdrawnAt is not null ? V1.Version.Types.State.Withdrawn
        : row.EffectiveAt > now ? V1.Version.Types.State.Scheduled
        : row.Number == active ? V1.Version.Types.State.Active
        : V1.Version.Types.State.Past;

    /// <summary>A time as the database keeps it, to the microsecond, so that an answer does not differ when read again.</summary>
    public static Timestamp Stamp(DateTimeOffset time) =>
        Timestamp.FromDateTimeOffset(time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond)));

    public static Fault? CheckNote(string note) =>
        note.Length > NoteLengthMax ? Fault.Invalid("note", $"At most {NoteLengthMax} characters.") : null;

    public static Result<Id<DraftKind>> DraftId(string text) =>
        Id<DraftKind>.TryParse(text, null, out var id) ? id : Fault.Invalid("draft_id", "Not a drf_ id.");

    public static Fault NoDraft(string id) => new(Code.NotFound, "DRAFT_NOT_FOUND", $"There is no draft {id}.", "draft_id");

    public static Fault NoVersion(string which, string field) =>
        new(Code.NotFound, "CATALOG_VERSION_NOT_FOUND", $"There is no catalog version {which}.", field);

    public static readonly Fault DraftClosed =
        new(Code.FailedPrecondition, "DRAFT_CLOSED", "This draft was published or discarded; open another.", "draft_id");

    public static readonly Fault DraftMoved =
        new(Code.Aborted, "DRAFT_CHANGED", "Somebody changed this draft since it was read; read it again.", "etag");
}
