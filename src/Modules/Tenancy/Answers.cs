using System.Text.Json;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Tenancy;

/// <summary>Rows as the contract shows them, and the checks and faults that several slices share.</summary>
internal static class Answers
{
    public const int NameLengthMax = 100;

    public static Tenant ToProto(this TenantTable.Row row) =>
        new() { TenantId = row.Id.ToString(), Name = row.Name, CreateTime = Stamp(row.CreatedAt) };

    public static Key ToProto(this KeyTable.Row row) => new()
    {
        KeyId = row.Id.ToString(), Name = row.Name, Environment = (V1.Environment)row.Environment, Role = row.Role, Hint = row.Hint,
        RatePerSecond = row.RatePerSecond, RateBurst = row.RateBurst, CreateTime = Stamp(row.CreatedAt),
        LastUseTime = Stamp(row.UsedAt), RevokeTime = Stamp(row.RevokedAt), PreviousSecretExpireTime = Stamp(row.PreviousUntil),
    };

    public static Member ToProto(this MemberTable.Row row) =>
        new() { MemberId = row.Id.ToString(), Email = row.Email, Role = row.Role, CreateTime = Stamp(row.CreatedAt) };

    /// <summary>A time as the database keeps it, to the microsecond; null stays unset.</summary>
    public static Timestamp? Stamp(DateTimeOffset? time) =>
        time is { } at ? Timestamp.FromDateTimeOffset(at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond))) : null;

    /// <summary>A key as the audit log keeps it: nothing that opens it.</summary>
    public static string Audited(this KeyTable.Row row) => JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["name"] = row.Name, ["environment"] = row.Environment.ToString(), ["role"] = row.Role.ToString(), ["hint"] = row.Hint,
        ["rate_per_second"] = row.RatePerSecond, ["revoked"] = row.RevokedAt is not null, ["previous_until"] = row.PreviousUntil,
    });

    /// <summary>A member as the audit log keeps it: the role, and nothing of the person.</summary>
    public static string Audited(this MemberTable.Row row) => JsonSerializer.Serialize(new Dictionary<string, string> { ["role"] = row.Role.ToString() });

    public static string Audited(this TenantTable.Row row) => JsonSerializer.Serialize(new Dictionary<string, string> { ["name"] = row.Name });

    public static Fault? CheckName(string name) =>
        name.Trim().Length is 0 or > NameLengthMax ? Fault.Invalid("name", $"1 to {NameLengthMax} characters.") : null;

    /// <summary>A role of the contract that may be handed out at all.</summary>
    public static Fault? CheckRole(Role role) =>
        role is >= Role.Analyst and <= Role.Owner ? null : Fault.Invalid("role", "One of ROLE_ANALYST, ROLE_SERVICE, ROLE_DEVELOPER, ROLE_OWNER.");

    public static Result<Id<KeyKind>> KeyId(string text) =>
        Id<KeyKind>.TryParse(text, null, out var id) ? id : Fault.Invalid("key_id", "Not a key_ id.");

    public static Result<Id<MemberKind>> MemberId(string text) =>
        Id<MemberKind>.TryParse(text, null, out var id) ? id : Fault.Invalid("member_id", "Not a mem_ id.");

    public static Fault NoKey(string id) => new(Code.NotFound, "KEY_NOT_FOUND", $"There is no working key {id}.", "key_id");

    public static Fault NoMember(string id) => new(Code.NotFound, "MEMBER_NOT_FOUND", $"There is no member {id}.", "member_id");

    public static Fault NoTenant(string id) => new(Code.NotFound, "TENANT_NOT_FOUND", $"There is no tenant {id}.", "tenant_id");

    public static readonly Fault RoleTooHigh = new(Code.PermissionDenied, "ROLE_TOO_HIGH", "This key cannot hand out a role that may do more than itself.", "role");

    public static readonly Fault LastOwner = new(Code.FailedPrecondition, "LAST_OWNER", "A tenant keeps at least one owner; make another first.", "member_id");
}

/// <summary>What a key may do to other keys of its tenant.</summary>
internal static class Reach
{
    /// <summary>A test key sees live keys but cannot change them.</summary>
    public static bool MayTouch(this Call call, KeyTable.Row key) => key.Environment == KeyEnvironment.Test || call.Environment == KeyEnvironment.Live;
}
