using System.CommandLine;
using System.Runtime.InteropServices;
using Busker.Cli.Commands;

// The operator's command line: a table of contents. Each command family is one file in Commands/.
var root = new RootCommand("Busker: the open back end of a freemium streaming service.");
root.Subcommands.Add(UpCommand.Create());
root.Subcommands.Add(DoctorCommand.Create());
root.Subcommands.Add(FlagsCommand.Create());
root.Subcommands.Add(DemoCommand.Create());
root.Subcommands.Add(ExportCommand.Create());
root.Subcommands.Add(JobsCommand.Create());
root.Subcommands.Add(StatsCommand.Create());
foreach (var command in SoakCommand.All) root.Subcommands.Add(command);
root.Subcommands.Add(LearnCommand.Create());
root.Add(SimulateCommand.Create());

// Ctrl-C and SIGTERM ask the command to stop, and it stops what it started; the second one does not ask.
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask);
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, stop.Token);

void Ask(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
