namespace Busker.Cli.Commands;

/// <summary>The checkout this command line was built from: engines, samples and the built console lie beside it.</summary>
internal static class Checkout
{
    public static string Root { get; } = Environment.GetEnvironmentVariable("BUSKER_ROOT") is { Length: > 0 } told ? told : Find(AppContext.BaseDirectory);

    private static string Find(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Busker.slnx"))) return folder.FullName;
        return Environment.CurrentDirectory;
    }
}
