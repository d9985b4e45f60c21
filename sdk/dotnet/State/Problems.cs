using Busker.Kernel;

namespace Busker.Flags.State;

/// <summary>
/// What is wrong with a state, each with its path. Nothing usually is: then a state is compiled without paths, which cost
/// more than the rest, and only one that has a problem is compiled again to explain it.
/// </summary>
internal sealed class Problems(bool explain)
{
    private readonly List<Violation> _found = [];
    private volatile bool _any;

    public bool Explains => explain;

    public bool Any => _any;

    public string At(string path, string step) => explain ? path + step : "";

    public string At(string path, string step, string name) => explain ? path + step + name : "";

    public string At(string path, string step, int index) => explain ? $"{path}{step}[{index}]" : "";

    public void Add(string path, string message)
    {
        _any = true;
        if (explain) _found.Add(new(path, message));
    }

    public Fault ToFault() => new(Code.InvalidArgument, "FLAG_STATE_INVALID",
        string.Join("; ", _found.Take(5).Select(v => $"{v.Field}: {v.Description}"))
        + (_found.Count > 5 ? $"; and {_found.Count - 5} more" : ""), _found[0].Field)
    { Violations = _found };
}
