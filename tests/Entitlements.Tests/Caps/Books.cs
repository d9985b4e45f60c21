using Busker.Catalog.Compiled;
using Busker.Catalog.Documents;
using Busker.Catalog.V1;
using Busker.Entitlements.Caps;
using Busker.Kernel;

namespace Busker.Entitlements.Tests.Caps;

/// <summary>Catalogs of one cap and books of one listener, for the pure tests.</summary>
internal static class Books
{
    public static readonly DateTimeOffset Start = new(2026, 3, 20, 10, 0, 0, TimeSpan.Zero);

    /// <summary>A catalog of one base plan whose only feature is the cap.</summary>
    public static CompiledCatalog Selling(string cap, string more = "")
    {
        var read = DocumentFile.Parse($$"""
            markets: { W: { name: World } }
            features:
              time: { name: Time, type: cap, unit: seconds, merge: sum, fallback: none }
              mode: { name: Mode, type: choice, choices: [shuffle, on_demand], merge: max, fallback: on_demand }
              skips: { name: Skips, type: cap, unit: skips, merge: max, fallback: unlimited }
            products: { p: P }
            plans:
              free:
                product: p
                kind: base
                settings: { time: "{{cap}}" }
                offers: { W: free }
                variants: { shuffle_only: { mode: shuffle, skips: 2 per rolling hour } }
            {{more}}
            """, "test");
        return new CompiledCatalog(read.Fault is { } fault ? throw new InvalidOperationException(fault.Message) : read.Value, 1, "h", default);
    }

    public static ListenerBook Book(string zone = "UTC", DateTimeOffset? anchor = null, params Grant[] grants) =>
        new(Guid.Empty, "anna", 0, new Assignment("free", [], "W", new ListenerClock(zone, anchor ?? Start, DateTimeOffset.MinValue), Start), null, [], grants);

    public static Grant Grant(int number, long amount, int priority = 30, bool promotional = false, DateTimeOffset? expires = null) =>
        new(new Id<AllowanceKind>(new Guid(number, 0, 0, new byte[8])), "time", amount, 0, priority, promotional, Start.AddDays(-1), expires);

    public static Ask Ask(long amount, string feature = "time", bool partial = false) => new(Guid.Empty, "anna", feature, amount, partial);
}
