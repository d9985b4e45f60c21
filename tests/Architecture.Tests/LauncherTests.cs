using System.Diagnostics;

namespace Busker.Architecture.Tests;

/// <summary>The launcher says in one sentence what is missing, and its test runner cannot mistake a crash for a success.</summary>
public sealed class LauncherTests
{
    [Fact]
    public void Without_the_sdk_one_sentence_says_so() =>
        Refusal().ShouldBe("busker: The .NET 10 SDK is not installed: get it from https://dot.net/download.");

    [Fact]
    public void A_wrong_sdk_is_named() =>
        Refusal(("dotnet", """if [ "$1" = --list-sdks ]; then echo "8.0.100 [/sdk]"; else exit 1; fi"""))
            .ShouldMatch("^busker: This needs the .NET SDK 10.* or a newer 10.x; installed: 8.0.100.$");

    [Fact]
    public void Without_node_one_sentence_says_so() =>
        Refusal(("dotnet", "echo 10.0.100")).ShouldBe("busker: Node.js is not installed: get version 20 or newer from https://nodejs.org.");

    [Fact]
    public void An_old_node_is_named() =>
        Refusal(("dotnet", "echo 10.0.100"), ("node", "echo v18.1.0")).ShouldBe("busker: This needs Node.js 20 or newer; installed: v18.1.0.");

    [Fact]
    public void The_compiler_server_to_stop_is_that_of_the_sdk_also_when_the_command_is_a_link()
    {
        using var tools = new Tools(("dotnet", """if [ "$1" = --version ]; then echo 10.0.401; else printf '9.0.1 [/opt/old/sdk]\n10.0.401 [/opt/dot net/sdk]\n'; fi"""));
        Bash($"eval \"$(sed -n '/^compiler_server()/p' busker)\"; PATH={tools.Path}:$PATH; compiler_server").Output
            .ShouldBe("/opt/dot net/sdk/10.0.401/Roslyn/bincore/VBCSCompiler.dll");
    }

    [Theory]
    [InlineData("Passed!  - Failed:     0, Passed:    29, Skipped:     0, Total:    29, Duration: 10 s", "29 0")]
    [InlineData("Failed!  - Failed:     2, Passed:    27, Skipped:     1, Total:    30, Duration: 10 s", "27 3")]
    [InlineData("# tests 3\n# pass 2\n# fail 1\n# cancelled 0\n# skipped 0", "2 1")]
    [InlineData(" Test Files  1 failed (2)\n      Tests  1 failed | 14 passed (15)", "14 1")]
    [InlineData("Segmentation fault", "0 0")]
    public void What_a_suite_says_is_counted_and_a_skipped_test_counts_as_failed(string said, string counted)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, said + "\n");
        Bash($"state=x; source tests/run.sh; count {file}").Output.ShouldBe(counted);
        File.Delete(file);
    }

    [Theory]
    [InlineData("exit 0", "ran nothing")]
    [InlineData("echo 'Passed!  - Failed: 0, Passed: 3, Skipped: 0'; exit 1", "crashed with exit code 1")]
    [InlineData("sleep 30", "hung")]
    public void A_suite_that_runs_nothing_or_crashes_or_hangs_is_a_failure(string behaviour, string note)
    {
        using var tools = new Tools(("dotnet", behaviour));
        var (_, output) = Bash(
            $"state=x; source tests/run.sh; results={tools.Path}; suite_limit=2; PATH={tools.Path}:$PATH; suite Kernel; cat $results/Kernel.sum");
        output.ShouldContain(note);
        output.ShouldMatch(@"\d+ 1\s*$");
    }

    /// <summary>Runs `./busker test` where only the given tools and the basic ones exist.</summary>
    private static string Refusal(params (string Name, string Script)[] given)
    {
        using var tools = new Tools(given);
        foreach (var basic in new[] { "dirname", "sed", "cut", "paste", "cat" })
            File.CreateSymbolicLink(Path.Combine(tools.Path, basic), Basic(basic));
        var (code, output) = Bash($"PATH={tools.Path} {Basic("bash")} ./busker test");
        code.ShouldNotBe(0);
        return output;
    }

    private static string Basic(string tool) => new[] { "/usr/bin/", "/bin/" }.Select(d => d + tool).First(File.Exists);

    private static (int Code, string Output) Bash(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", script])
        {
            WorkingDirectory = Repo.Root, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, (output + errors.GetAwaiter().GetResult()).Trim());
    }

    private sealed class Tools : IDisposable
    {
        public Tools(params (string Name, string Script)[] given)
        {
            foreach (var (name, script) in given)
            {
                var file = System.IO.Path.Combine(Path, name);
                File.WriteAllText(file, $"#!/bin/bash\n{script}\n");
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        public string Path { get; } = Directory.CreateTempSubdirectory("busker-tools-").FullName;

        public void Dispose() => Directory.Delete(Path, true);
    }
}
