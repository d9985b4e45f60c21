using System.CommandLine;
using System.Security.Cryptography;
using Busker.Experiments.V1;
using Busker.Flags;
using Busker.FlagImport;
using Busker.Flags.Fuzzing;
using Busker.Kernel;

namespace Busker.Cli.Commands;

/// <summary>`busker flags`: look into a state, check it, sign it, and make cases for other resolvers.</summary>
internal static class FlagsCommand
{
    public static Command Create() =>
        new("flags", "Flag states: serve, resolve, explain, validate, test, diff, sign, import, export.")
        {
            Ask("resolve", "Resolve one flag.", (book, flag, context, caller) => book.Resolve(flag, context, caller).ToMessage(context).ToString()),
            Ask("explain", "Say why a flag answers as it does.", (book, flag, context, caller) => FlagBook.Text(book.Explain(flag, context, caller))),
            Validate(), Diff(), Sign(), Fuzz(), FlagsServeCommand.Create(), FlagsImportCommand.Create(), FlagsExportCommand.Create(), FlagsTestCommand.Create(),
        };

    private static Argument<FileInfo> File(string name = "state") => new(name) { Description = "A state: BSK1 file or protobuf JSON." };

    private static Command Ask(string name, string words, Func<FlagBook, string, EvaluationContext, Caller, string> answer)
    {
        var (state, flag) = (File(), new Argument<string>("flag"));
        var context = new Option<string>("--context") { DefaultValueFactory = _ => "{}", Description = "The evaluation context as JSON." };
        var environments = new Option<string[]>("--environment") { Description = "May be given several times." };
        var command = new Command(name, words) { state, flag, context, environments };
        command.SetAction(parsed =>
        {
            var book = Book(parsed.GetValue(state)!);
            if (book.Fault is { } unusable) return Refuse(unusable);
            var read = ContextJson.Parse(parsed.GetValue(context)!);
            if (read.Fault is { } fault) return Refuse(fault);
            Console.WriteLine(answer(book.Value, parsed.GetValue(flag)!, read.Value, book.Value.Operator(parsed.GetValue(environments) ?? [])));
            return 0;
        });
        return command;
    }

    private static Command Validate()
    {
        var state = File();
        var command = new Command("validate", "Check a state; exit code 1 and every path if it is wrong.") { state };
        command.SetAction(parsed =>
        {
            var book = Book(parsed.GetValue(state)!);
            if (book.Fault is { } fault) return Refuse(fault);
            Console.WriteLine($"version {book.Value.State.Version}: {book.Value.Flags.Count} flags, {book.Value.State.Segments.Count} segments");
            return 0;
        });
        return command;
    }

    private static Command Diff()
    {
        var (from, to) = (File("from"), File("to"));
        var command = new Command("diff", "Which flags, segments and lists differ between two states.") { from, to };
        command.SetAction(parsed =>
        {
            var (left, right) = (Read(parsed.GetValue(from)!), Read(parsed.GetValue(to)!));
            if ((left.Fault ?? right.Fault) is { } fault) return Refuse(fault);
            Changes("flag", left.Value.Flags.ToDictionary(f => f.Name, f => (object)f), right.Value.Flags.ToDictionary(f => f.Name, f => (object)f));
            Changes("segment", left.Value.Segments.ToDictionary(s => s.Name, s => (object)s), right.Value.Segments.ToDictionary(s => s.Name, s => (object)s));
            Changes("list", left.Value.Lists.ToDictionary(l => l.Name, l => (object)l), right.Value.Lists.ToDictionary(l => l.Name, l => (object)l));
            return 0;
        });
        return command;
    }

    private static void Changes(string kind, Dictionary<string, object> from, Dictionary<string, object> to)
    {
        foreach (var name in from.Keys.Union(to.Keys).Order(StringComparer.Ordinal))
        {
            var (had, has) = (from.TryGetValue(name, out var left), to.TryGetValue(name, out var right));
            if (!had) Console.WriteLine($"+ {kind} {name}");
            else if (!has) Console.WriteLine($"- {kind} {name}");
            else if (!Equals(left, right)) Console.WriteLine($"~ {kind} {name}");
        }
    }

    private static Command Sign()
    {
        var state = File();
        var output = new Argument<FileInfo>("output");
        var key = new Option<FileInfo>("--key") { Required = true, Description = "An ECDSA P-256 private key in PEM." };
        var keyId = new Option<string>("--key-id") { Required = true };
        var command = new Command("sign", "Write a state as a signed, compressed file.") { state, output, key, keyId };
        command.SetAction(parsed =>
        {
            var book = Book(parsed.GetValue(state)!);
            if (book.Fault is { } fault) return Refuse(fault);
            using var signer = Signer(parsed.GetValue(key)!);
            System.IO.File.WriteAllBytes(parsed.GetValue(output)!.FullName, StateFiles.Write(book.Value.State, TimeProvider.System, signer, parsed.GetValue(keyId)!));
            return 0;
        });
        return command;
    }

    /// <summary>Says what could not be expressed. False: nothing may be written.</summary>
    public static bool Tell(IReadOnlyList<Finding> findings, bool partial)
    {
        foreach (var finding in findings) Console.Error.WriteLine($"{(finding.Effect == Effect.LeftOut ? "left out" : "differs ")}  {finding.Path}: {finding.Reason}");
        if (findings.Count == 0 || partial) return true;
        Console.Error.WriteLine("Nothing is written: say --partial to take what could be expressed.");
        return false;
    }

    private static Command Fuzz()
    {
        var seed = new Option<ulong>("--seed") { DefaultValueFactory = _ => 1 };
        var cases = new Option<int>("--cases") { DefaultValueFactory = _ => 1000 };
        var perState = new Option<int>("--cases-per-state") { DefaultValueFactory = _ => 200 };
        var key = new Option<FileInfo>("--key") { Description = "An ECDSA P-256 private key in PEM, to sign the state files with." };
        var command = new Command("fuzz", "Stream states, contexts and expected resolutions, one JSON object a line.") { seed, cases, perState, key };
        command.SetAction(parsed =>
        {
            using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16);
            using var signer = parsed.GetValue(key) is { } file ? Signer(file) : null;
            FuzzCases.Write(output, parsed.GetValue(seed), parsed.GetValue(cases), parsed.GetValue(perState), signer);
        });
        return command;
    }

    private static ECDsa Signer(FileInfo file)
    {
        var signer = ECDsa.Create();
        signer.ImportFromPem(System.IO.File.ReadAllText(file.FullName));
        return signer;
    }

    private static Result<FlagBook> Book(FileInfo file) =>
        Read(file) is var read && read.Fault is { } fault ? fault : FlagBook.Build(read.Value, TimeProvider.System);

    internal static Result<FlagState> Read(FileInfo file)
    {
        if (!file.Exists) return Fault.Invalid("state", $"there is no file {file.Name}");
        var bytes = System.IO.File.ReadAllBytes(file.FullName);
        return StateSource.Read(bytes);
    }

    internal static int Refuse(Fault fault)
    {
        foreach (var violation in fault.Violations) Console.Error.WriteLine($"{violation.Field}: {violation.Description}");
        if (fault.Violations.Count == 0) Console.Error.WriteLine(fault.Message);
        return 1;
    }
}
