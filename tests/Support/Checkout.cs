using System.Reflection;

namespace Busker.Support;

/// <summary>The checkout the tests were built from.</summary>
public static class Checkout
{
    public static string Root { get; } = Path.GetFullPath(
        typeof(Checkout).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Root").Value!);

    public static string Engines => Path.Combine(Root, "engines");
}
