using System.Reflection;

namespace Busker.Architecture.Tests;

/// <summary>What a room shows to the others is written down in Surface.txt; to show more, add the line in the same commit.</summary>
public sealed class SurfaceTests
{
    private static readonly string[] Rooms =
        [.. Directory.GetDirectories(Path.Combine(Repo.Root, "src", "Modules")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    private static string[] Written() =>
        Tracked.Text("tests/Architecture.Tests/Surface.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Shown(IEnumerable<Type> types) => types.Select(t => t.FullName!).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Public() => Rooms.SelectMany(r => Shown(Assembly.Load($"Busker.{r}").GetExportedTypes()));

    private static IEnumerable<string> Undeclared(IEnumerable<string> shown, IEnumerable<string> written) => shown.Except(written);

    [Fact]
    public void Rooms_show_only_what_is_written_down() => Undeclared(Public(), Written()).ShouldBeEmpty();

    [Fact]
    public void The_list_names_nothing_that_is_gone() => Written().Except(Public()).ShouldBeEmpty();

    [Fact]
    public void The_list_is_in_order_and_without_repeats()
    {
        Written().ShouldBe(Written().Distinct());
        Written().ShouldBe(Written().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_room_has_a_door() =>
        Rooms.Where(r => !Written().Any(w => w.StartsWith($"Busker.{r}.", StringComparison.Ordinal))).ShouldBeEmpty();

    [Fact]
    public void A_planted_public_type_is_seen() =>
        Undeclared(Shown([typeof(Planted), typeof(SurfaceTests)]), [typeof(SurfaceTests).FullName!])
            .ShouldBe(["Busker.Architecture.Tests.SurfaceTests+Planted"]);

    private sealed class Planted;
}
