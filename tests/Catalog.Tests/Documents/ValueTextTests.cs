using Busker.Catalog.Documents;
using Busker.Catalog.V1;
using FsCheck;
using FsCheck.Fluent;

namespace Busker.Catalog.Tests.Documents;

public sealed class ValueTextTests
{
    private static Feature Of(Feature.Types.Type type, string unit = "") => new() { Key = "f", Type = type, Unit = unit, Choices = { "a", "b" } };

    [Theory]
    [InlineData("15 h per billing month", 54000, Window.Types.Kind.Billing, Window.Types.Unit.Month, 1, "")]
    [InlineData("45 min per calendar day, then shuffle_only", 2700, Window.Types.Kind.Calendar, Window.Types.Unit.Day, 1, "shuffle_only")]
    [InlineData("7 s per rolling 2 hours", 7, Window.Types.Kind.Rolling, Window.Types.Unit.Hour, 2, "")]
    [InlineData("1 min per fixed 30 minutes", 60, Window.Types.Kind.Fixed, Window.Types.Unit.Minute, 30, "")]
    public void A_cap_is_read_and_written_as_people_say_it(string text, long limit, Window.Types.Kind kind, Window.Types.Unit unit, int every, string then)
    {
        var feature = Of(Feature.Types.Type.Cap, "seconds");
        var cap = ValueText.Parse(feature, text)!.Cap;
        (cap.Limit, cap.Window.Kind, cap.Window.Unit, cap.Window.Every, cap.OnExhausted).ShouldBe((limit, kind, unit, every, then));
        ValueText.Format(feature, new Value { Cap = cap }).ShouldBe(text);
    }

    [Theory]
    [InlineData(Feature.Types.Type.Flag, "maybe")]
    [InlineData(Feature.Types.Type.Number, "many")]
    [InlineData(Feature.Types.Type.Number, "5 h")]
    [InlineData(Feature.Types.Type.Cap, "6")]
    [InlineData(Feature.Types.Type.Cap, "6 per hour")]
    [InlineData(Feature.Types.Type.Cap, "6 apples per rolling hour")]
    [InlineData(Feature.Types.Type.Cap, "99999999999999999999 per rolling hour")]
    public void What_is_no_value_of_the_type_is_not_read(Feature.Types.Type type, string text) =>
        ValueText.Parse(Of(type, "skips"), text).ShouldBeNull();

    [Fact]
    public void Every_value_reads_back_as_written() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Cases().ToArbitrary(), c =>
            ValueText.Parse(c.Feature, ValueText.Format(c.Feature, c.Value)).ShouldBe(c.Value)));

    private static Gen<(Feature Feature, Value Value)> Cases() => Gen.OneOf(
        ArbMap.Default.GeneratorFor<bool>().Select(b => (Of(Feature.Types.Type.Flag), new Value { Flag = b })),
        Gen.Elements("a", "b").Select(c => (Of(Feature.Types.Type.Choice), new Value { Choice = c })),
        Gen.Choose(-100_000, 100_000).SelectMany(n => Gen.Elements("", "seconds", "kbps").Select(u => (Of(Feature.Types.Type.Number, u), new Value { Number = n }))),
        from limit in Gen.Choose(1, 1_000_000)
        from unit in Gen.Elements("", "seconds", "skips")
        from kind in Gen.Choose(1, 4)
        from window in Gen.Choose(1, 6)
        from every in Gen.Choose(1, 40)
        from then in Gen.Elements("", "shuffle_only")
        select (Of(Feature.Types.Type.Cap, unit), new Value
        {
            Cap = new Cap
            {
                Limit = limit, OnExhausted = then,
                Window = new Window { Kind = (Window.Types.Kind)kind, Unit = (Window.Types.Unit)window, Every = every },
            },
        }));
}
