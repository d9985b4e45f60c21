using Busker.Kernel;

namespace Busker.Flags.State;

/// <summary>What is wrong with a state, each with its path.</summary>
internal sealed class Problems
{
    private readonly List<Violation> _found = [];

    public bool Any => _found.Count > 0;

    public void Add(string path, string message) => _found.Add(new(path, message));

    public Fault ToFault() => new(Code.InvalidArgument, "FLAG_STATE_INVALID",
        string.Join("; ", _found.Take(5).Select(v => $"{v.Field}: {v.Description}"))
        + (_found.Count > 5 ? $"; and {_found.Count - 5} more" : ""), _found[0].Field)
    { Violations = _found };
}
