using System.Text.Json;
using Busker.Kernel;
using Busker.Rpc;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Operations;

/// <summary>Dead jobs as the contract and the audit log show them, and whose a caller may touch.</summary>
internal static class Answers
{
    /// <summary>The scope whose jobs a caller reaches; null for an operator, who reaches all.</summary>
    public static Guid? Reach(Call call) => call.Principal.Permissions.Contains("tenancy.operate") ? null : call.Scope;

    public static V1.DeadJob ToProto(this Storage.DeadJob job) => new()
    {
        JobId = new Id<JobIdKind>(job.Id).ToString(), Kind = job.Kind, ScopeId = job.Scope == Guid.Empty ? "" : job.Scope.ToString(),
        Arguments = JsonParser.Default.Parse<Value>(job.Arguments), Attempts = job.Attempts, Error = job.Error,
        DeathTime = Timestamp.FromDateTimeOffset(job.DiedAt),
    };

    public static string Audited(this Storage.DeadJob job) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["state"] = "dead", ["kind"] = job.Kind, ["attempts"] = job.Attempts, ["error"] = job.Error,
    });

    public static Result<Guid> JobId(string text) =>
        Id<JobIdKind>.TryParse(text, null, out var id) ? id.Value : Fault.Invalid("job_id", "Not a job_ id.");

    public static Fault NoDeadJob(string id) => new(Code.NotFound, "DEAD_JOB_NOT_FOUND", $"There is no dead job {id}.", "job_id");
}
