using System.Diagnostics;
using Spectre.Console;

namespace Busker.Cli.Commands;

/// <summary>Progress of a start: each step on a line with the time it took.</summary>
internal sealed class Steps
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _step;
    private string _text = "";

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    public void Begin(string text)
    {
        if (_text.Length > 0) Done();
        (_text, _step) = (text, Stopwatch.GetTimestamp());
    }

    public void Done()
    {
        if (_text.Length == 0) return;
        AnsiConsole.MarkupLineInterpolated($"  [green]✓[/] {_text} [grey]{Stopwatch.GetElapsedTime(_step).TotalSeconds:0.0} s[/]");
        _text = "";
    }
}
