using System.CommandLine;
using Busker.Cli.Commands;

// The operator's command line: a table of contents. Each command family is one file in Commands/.
var root = new RootCommand("Busker: the open back end of a freemium streaming service.");
root.Subcommands.Add(UpCommand.Create());
root.Subcommands.Add(DoctorCommand.Create());
root.Subcommands.Add(FlagsCommand.Create());
root.Subcommands.Add(DemoCommand.Create());
root.Subcommands.Add(ExportCommand.Create());
root.Subcommands.Add(StatsCommand.Create());
foreach (var command in SoakCommand.All) root.Subcommands.Add(command);
root.Subcommands.Add(LearnCommand.Create());
root.Add(SimulateCommand.Create());
return await root.Parse(args).InvokeAsync();
