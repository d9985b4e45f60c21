using Busker.Kernel;

namespace Busker.Kernel.Tests;

public sealed class IdTests
{
    [Fact]
    public void An_id_reads_back_what_it_printed()
    {
        var id = Id<TenantKind>.New(TimeProvider.System);
        Id<TenantKind>.Parse(id.ToString(), null).ShouldBe(id);
        id.ToString().ShouldStartWith("ten_");
    }
}
