namespace Busker.Kernel;

// Append-only, alphabetical by prefix. A prefix is public for ever: it is in customers' logs.
public readonly struct AllowanceKind : IIdKind { public static string Prefix => "alw"; }
public readonly struct DraftKind : IIdKind { public static string Prefix => "drf"; }
public readonly struct JobIdKind : IIdKind { public static string Prefix => "job"; }
public readonly struct KeyKind : IIdKind { public static string Prefix => "key"; }
public readonly struct MemberKind : IIdKind { public static string Prefix => "mem"; }
public readonly struct TenantKind : IIdKind { public static string Prefix => "ten"; }
