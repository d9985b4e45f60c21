using Busker.Experiments.V1;

namespace Busker.FlagImport.Drafts;

/// <summary>Collects findings while a flag is made.</summary>
internal sealed class Report
{
    private readonly List<Finding> _findings = [];
    private readonly HashSet<Finding> _known = [];

    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Something about the flag at hand could not be expressed.</summary>
    public bool Lost { get; private set; }

    public void Begin() => Lost = false;

    /// <summary>The flag at hand will be left out. Returns an expression to go on with.</summary>
    public Expression LeaveOut(string path, string reason)
    {
        Lost = true;
        Add(new(path, reason, Effect.LeftOut));
        return Say.Never;
    }

    public void Differs(string path, string reason) => Add(new(path, reason, Effect.Differs));

    private void Add(Finding finding)
    {
        if (_known.Add(finding)) _findings.Add(finding);
    }
}
