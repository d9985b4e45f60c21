namespace Busker.Flags.Tests;

public sealed class ContextTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(500)]
    [InlineData(100_000)]
    public void Every_attribute_is_found_again_and_no_other(int count)
    {
        var context = new EvaluationContext();
        for (var round = 0; round < 2; round++)
        {
            context.Clear();
            for (var i = 0; i < count; i++) context.Set($"name-{i}", i);
            for (var i = 0; i < count; i += 2) context.Set($"name-{i}", -i);
            context.Count.ShouldBe(count);
            for (var i = 0; i < count; i++) context.Get($"name-{i}").Number.ShouldBe(i % 2 == 0 ? -i : i);
            context.Get("name").Kind.ShouldBe(AttributeKind.Missing);
            context.Attributes.Select(a => a.Key).ShouldBe(Enumerable.Range(0, count).Select(i => $"name-{i}"));
        }
    }

    [Fact]
    public void A_context_that_shrank_forgets_what_it_had()
    {
        var context = new EvaluationContext();
        for (var i = 0; i < 40; i++) context.Set($"old-{i}", i);
        context.Clear();
        for (var i = 0; i < 17; i++) context.Set($"new-{i}", i);
        context.Get("old-1").Kind.ShouldBe(AttributeKind.Missing);
        context.Get("new-16").Number.ShouldBe(16);
    }
}
