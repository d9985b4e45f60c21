using FsCheck;
using FsCheck.Fluent;

namespace Busker.Kernel.Tests;

public sealed class IdTests
{
    [Fact]
    public void An_id_reads_back_what_it_printed() =>
        Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<Guid>(), value =>
        {
            var id = new Id<TenantKind>(value);
            id.ToString().Length.ShouldBe("ten_".Length + 26);
            Id<TenantKind>.Parse(id.ToString(), null).ShouldBe(id);
        }));

    [Fact]
    public void Later_ids_sort_after_earlier_ones_as_text_too()
    {
        var early = new Id<TenantKind>(Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddYears(50))).ToString();
        var late = new Id<TenantKind>(Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddYears(50).AddMilliseconds(1))).ToString();
        string.CompareOrdinal(early, late).ShouldBeLessThan(0);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ten_")]
    [InlineData("key_01m7xx0000000000000000000g")]
    [InlineData("ten_81m7xx0000000000000000000g")]
    [InlineData("ten_01M7XX0000000000000000000G")]
    [InlineData("ten_01m7xx000000000000000000il")]
    [InlineData("ten_01m7xx0000000000000000000g0")]
    public void What_is_not_an_id_of_the_kind_is_refused(string? text) =>
        Id<TenantKind>.TryParse(text, null, out _).ShouldBeFalse();
}
