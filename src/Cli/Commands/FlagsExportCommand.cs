using System.CommandLine;
using Busker.FlagImport;

namespace Busker.Cli.Commands;

/// <summary>`busker flags export`: a state in another system's format, and what could not be expressed.</summary>
internal static class FlagsExportCommand
{
    public static Command Create()
    {
        var state = new Argument<FileInfo>("state") { Description = "A state: BSK1 file or protobuf JSON." };
        var to = new Option<FlagSource>("--to") { Required = true, Description = "flagd." };
        var output = new Option<FileInfo?>("--out") { Description = "Where the flags go. Without it: to standard output." };
        var partial = new Option<bool>("--partial") { Description = "Write the flags although something could not be expressed." };
        var command = new Command("export", "Write the flags for another system; exit code 1 if something could not be expressed.") { state, to, output, partial };
        command.SetAction(parsed =>
        {
            var read = FlagsCommand.Read(parsed.GetValue(state)!);
            if (read.Fault is { } unreadable) return FlagsCommand.Refuse(unreadable);
            var written = FlagExports.Write(parsed.GetValue(to), read.Value);
            if (written.Fault is { } fault) return FlagsCommand.Refuse(fault);
            if (!FlagsCommand.Tell(written.Value.Findings, parsed.GetValue(partial))) return 1;
            if (parsed.GetValue(output) is { } target) File.WriteAllText(target.FullName, written.Value.Json);
            else Console.Write(written.Value.Json);
            return 0;
        });
        return command;
    }
}
