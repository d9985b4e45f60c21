using System.CommandLine;

// The operator's command line: a table of contents. Each command family is one file in Commands/.
var root = new RootCommand("Busker: the open back end of a freemium streaming service.");
return await root.Parse(args).InvokeAsync();
