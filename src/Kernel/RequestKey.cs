namespace Busker.Kernel;

/// <summary>Who changes something, by which method, under which request id: what an audit entry says about its cause.</summary>
/// <param name="Scope">The tenant's live or test scope.</param>
/// <param name="Principal">The API key (or job) that acts.</param>
/// <param name="Method">Full name of the RPC: <c>busker.tenancy.v1.Tenancy.CreateApiKey</c>.</param>
/// <param name="RequestId">The id under which logs and traces of the call are found.</param>
public sealed record Author(Guid Scope, Guid Principal, string Method, string RequestId);

/// <summary>
/// What makes a retried mutation the same mutation. Scope, principal, method and <paramref name="Id"/> name it;
/// <paramref name="Fingerprint"/> tells whether the body is the same.
/// </summary>
/// <param name="Id">The caller's <c>request_id</c> or <c>Idempotency-Key</c>: 1 to 128 printable ASCII characters.</param>
/// <param name="Fingerprint">SHA-256 (32 bytes) of the request without its <c>request_id</c>.</param>
public sealed record RequestKey(Guid Scope, Guid Principal, string Method, string Id, ReadOnlyMemory<byte> Fingerprint);
