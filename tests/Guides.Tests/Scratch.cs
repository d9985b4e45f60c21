using System.Diagnostics;
using Busker.Support;

namespace Busker.Guides.Tests;

/// <summary>
/// A folder inside the checkout, so that the house's rules (properties, banned symbols, versions, formatting) hold in it, whose
/// code is built against the assemblies that these tests were built with.
/// </summary>
internal sealed class Scratch : IDisposable
{
    public Scratch(string name)
    {
        Folder = Path.Combine(Checkout.Root, ".busker", "scratch", name);
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
        Directory.CreateDirectory(Folder);
    }

    public string Folder { get; }

    public void Write(string path, string text)
    {
        var file = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    public (int Code, string Output) Build(string project) =>
        Run("build", project, "-c", "Release", "-v", "q", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false");

    public (int Code, string Output) Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["DOTNET_CLI_UI_LANGUAGE"] = "en", ["MSBuildSDKsPath"] = null, ["MSBUILD_EXE_PATH"] = null },
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
