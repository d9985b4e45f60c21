using FsCheck;
using FsCheck.Fluent;

namespace Busker.Storage.Tests;

public sealed class PostgresTuningTests
{
    [Fact]
    public void Whatever_the_machine_the_buffers_fit_and_durability_is_never_traded() =>
        Check.QuickThrowOnFailure(Prop.ForAll(
            Gen.Choose(1, 1 << 20).Two().ToArbitrary(),
            size =>
            {
                var memory = Math.Max(512L, size.Item1) * 1024 * 1024;
                var settings = PostgresTuning.For(memory, 1 + (size.Item2 % 128));
                var shared = long.Parse(settings["shared_buffers"][..^2], null) * 1024 * 1024;
                return shared <= memory / 4 && !settings.Keys.Intersect(["fsync", "full_page_writes", "synchronous_commit"]).Any();
            }));
}
