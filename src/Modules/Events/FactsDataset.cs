using Busker.Storage;
using Busker.Warehouse;
using static Busker.Warehouse.ColumnType;

namespace Busker.Events;

/// <summary>What the room gives away: the log, as long as it is kept.</summary>
internal static class FactsDataset
{
    public static Dataset Of(FactText text) => new("events_facts", "A fact, in the order of the log.",
    [
        new("position", Whole, "Its place in the log."),
        new("kind", Text, "Full name of the message."),
        new("key", Text, "What it is about."),
        new("recorded_at", Moment, "When it was told."),
        new("body", Text, "The message as proto3 JSON; empty for a kind that this host does not know."),
    ], (tx, scope, rows, ct) => Outbox.EachAsync(tx, scope, fact =>
        rows.Whole(fact.Position).Text(fact.Kind).Text(fact.Key).Moment(fact.At).Text(text.Json(fact)).End(), ct));
}
