namespace Busker.Kernel.Tests;

public sealed class FaultTests
{
    [Fact]
    public void A_result_is_an_answer_or_a_fault()
    {
        Result<int> answer = 7;
        Result<int> refused = Fault.Invalid("amount", "must be positive");
        answer.Fault.ShouldBeNull();
        answer.Value.ShouldBe(7);
        refused.Fault!.Field.ShouldBe("amount");
        Should.Throw<InvariantException>(() => refused.Value);
    }

    [Fact]
    public void Several_wrong_fields_are_all_named()
    {
        var fault = Fault.Invalid([new Violation("a", "x"), new Violation("b[1].c", "y")])!;
        fault.Violations.Select(v => v.Field).ShouldBe(["a", "b[1].c"]);
        fault.Message.ShouldContain("a: x");
        Fault.Invalid([]).ShouldBeNull();
        Fault.Invalid("a", "x").Violations.ShouldBe([new Violation("a", "x")]);
    }

    [Fact]
    public void Faults_that_say_the_same_are_equal() =>
        Fault.Invalid("a", "x").ShouldBe(Fault.Invalid([new Violation("a", "x")]));
}
