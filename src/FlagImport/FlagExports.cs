using Busker.Experiments.V1;
using Busker.Flags;
using Busker.Kernel;

namespace Busker.FlagImport;

/// <summary>Flags in another system's format, and everything of the state that is not in it or answers differently there.</summary>
public sealed record Exported(string Json, IReadOnlyList<Finding> Findings);

/// <summary>
/// Writes flags for other systems, so that nobody is held here. A flag that is in the result answers there as it does here;
/// one that cannot is left out and reported.
/// </summary>
public static class FlagExports
{
    public static Result<Exported> Write(FlagSource to, FlagState state)
    {
        if (to != FlagSource.Flagd) return Fault.Invalid("to", "is flagd: no other format is written");
        var book = FlagBook.Build(state, TimeProvider.System);
        return book.Fault is { } fault ? fault : new Flagd.FlagdExport(book.Value).Run();
    }
}
