namespace Busker.Flags;

/// <summary>Who asks: a client of the account and the environments its credential speaks for.</summary>
public sealed class Caller
{
    internal Caller(string client, int index, ulong environments) =>
        (Client, Index, Environments) = (client, index, environments);

    public string Client { get; }

    /// <summary>-1: sees every flag (an open state, or an operator's tool).</summary>
    internal int Index { get; }

    internal ulong Environments { get; }

    internal bool Sees(CompiledFlag flag) =>
        flag.Source.State != Experiments.V1.Flag.Types.State.Archived
        && (Index < 0 || flag.Clients is null || flag.Clients[Index]);
}
