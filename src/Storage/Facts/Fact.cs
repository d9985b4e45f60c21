using Google.Protobuf;

namespace Busker.Storage;

/// <summary>A fact as its readers get it.</summary>
/// <param name="Position">Its place in the log: greater than that of every earlier fact of the same scope and key.</param>
/// <param name="Scope">The tenant's live or test scope.</param>
/// <param name="Key">What it is about; facts of one scope and key arrive in order.</param>
/// <param name="Kind">Full name of the message: <c>busker.catalog.v1.CatalogPublished</c>.</param>
/// <param name="At">The writer's clock.</param>
/// <param name="Trace">W3C traceparent of the request that caused it, when that was recorded.</param>
/// <param name="Body">The message's bytes.</param>
public sealed record Fact(
    long Position, Guid Scope, string Key, string Kind, DateTimeOffset At, string? Trace, ReadOnlyMemory<byte> Body)
{
    public T Read<T>() where T : IMessage<T>, new()
    {
        var message = new T();
        message.MergeFrom(Body.Span);
        return message;
    }
}
