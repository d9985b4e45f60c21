using System.Text.Json;

namespace Busker.Catalog;

/// <summary>A draft as the audit log keeps it: what it is, and the hash of what it says.</summary>
internal static class DraftAudit
{
    public static string Of(DraftTable.Row row) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["state"] = row.State.ToString(), ["note"] = row.Note, ["base_version"] = row.BaseVersion,
        ["published_version"] = row.PublishedVersion, ["document_hash"] = Documents.DocumentHash.Of(row.Document),
    });
}
