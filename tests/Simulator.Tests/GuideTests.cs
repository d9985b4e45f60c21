using System.Reflection;
using Busker.Simulator.Page;

namespace Busker.Simulator.Tests;

public sealed class GuideTests
{
    [Fact]
    public void The_guide_in_docs_is_what_the_code_says()
    {
        var root = typeof(GuideTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Root").Value!;
        File.ReadAllText(Path.Combine(root, "docs", "guides", "simulator.md")).ShouldBe(Guide.Text());
    }
}
