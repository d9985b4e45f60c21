using Busker.Simulator.Core;

namespace Busker.Simulator.Stripe;

/// <summary>A reply that shows a thing as it is now, written later: the thing is a copy.</summary>
internal sealed record Unwritten(Call Call, Thing Thing, Store Store) : Answer(200, default, Subject: Thing.Id)
{
    public override Answer Written() => Lending(Pen.Write(this, static (json, reply) => reply.Thing.Write(json, reply.Store, null)), Subject, Call.Named);
}
