namespace Busker.Architecture.Tests;

/// <summary>Sources differ in what they say, not in their white space.</summary>
public sealed class FormatTests
{
    private static IEnumerable<string> Faults(string path, string text)
    {
        if (text.Contains('\r')) yield return $"{path}: a carriage return; lines end with a line feed alone";
        if (!text.EndsWith('\n') || text.EndsWith("\n\n", StringComparison.Ordinal)) yield return $"{path}: must end with one line feed";
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Contains('\t')) yield return $"{path}:{i + 1}: a tab";
            if (lines[i].EndsWith(' ')) yield return $"{path}:{i + 1}: trailing white space";
        }
    }

    [Fact]
    public void Sources_are_formatted_alike() => Tracked.Files(".cs").SelectMany(f => Faults(f.Path, f.Text)).ShouldBeEmpty();

    [Fact]
    public void The_scan_is_not_blind() => Tracked.Files(".cs").Count().ShouldBeGreaterThan(100);

    [Theory]
    [InlineData("class A;")]
    [InlineData("class A;\n\n")]
    [InlineData("class A;\r\n")]
    [InlineData("class A;  \n")]
    [InlineData("\tclass A;\n")]
    public void A_planted_fault_is_seen(string text) => Faults("A.cs", text).Count().ShouldBe(1);

    [Fact]
    public void A_clean_source_passes() => Faults("A.cs", "class A;\n\nclass B;\n").ShouldBeEmpty();
}
