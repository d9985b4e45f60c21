using System.CommandLine;
using Busker.FlagImport;
using Google.Protobuf;

namespace Busker.Cli.Commands;

/// <summary>`busker flags import`: the flags of another system as a state, and what could not be expressed.</summary>
internal static class FlagsImportCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "A ResolverState, flagd's flags, GrowthBook's payload, or Unleash's client features." };
        var from = new Option<FlagSource>("--from") { Required = true, Description = "confidence, flagd, growthbook or unleash." };
        var output = new Option<FileInfo?>("--out") { Description = "Where the state goes, as JSON. Without it: to standard output." };
        var partial = new Option<bool>("--partial") { Description = "Write the state although something could not be expressed." };
        var account = new Option<string>("--account") { DefaultValueFactory = _ => "", Description = "The account; for Confidence it salts the buckets of segments." };
        var version = new Option<ulong>("--state-version") { DefaultValueFactory = _ => 1 };
        var fractional = new Option<bool>("--fractional-v1") { Description = "flagd: `fractional` as before its change of 2026." };
        var sticky = new Option<bool>("--sticky") { Description = "GrowthBook: its client keeps sticky buckets." };
        var command = new Command("import", "Read the flags of another system; exit code 1 if something could not be expressed.")
        {
            file, from, output, partial, account, version, fractional, sticky,
        };
        command.SetAction(parsed =>
        {
            var source = parsed.GetValue(file)!;
            if (!source.Exists) return FlagsCommand.Refuse(Kernel.Fault.Invalid("file", $"there is no file {source.Name}"));
            if (source.Length > FlagImports.MaxBytes) return FlagsCommand.Refuse(Kernel.Fault.Invalid("file", $"is larger than {FlagImports.MaxBytes} bytes"));
            var options = new ImportOptions(parsed.GetValue(account)!, parsed.GetValue(version), parsed.GetValue(fractional), parsed.GetValue(sticky));
            var read = FlagImports.Read(parsed.GetValue(from), File.ReadAllBytes(source.FullName), options);
            if (read.Fault is { } fault) return FlagsCommand.Refuse(fault);
            var state = read.Value.State;
            Console.Error.WriteLine($"{state.Flags.Count} flags, {state.Segments.Count} segments; {read.Value.Findings.Count} findings");
            if (!FlagsCommand.Tell(read.Value.Findings, parsed.GetValue(partial))) return 1;
            var json = new JsonFormatter(JsonFormatter.Settings.Default.WithIndentation()).Format(state);
            if (parsed.GetValue(output) is { } target) File.WriteAllText(target.FullName, json + "\n");
            else Console.WriteLine(json);
            return 0;
        });
        return command;
    }
}
