using Busker.Common.V1;

namespace Busker.Caps;

/// <summary>The host refused one request; the others of its message are not concerned.</summary>
public sealed class CapRefusedException(Refusal refusal) : Exception($"{refusal.Reason}: {refusal.Message}")
{
    /// <summary>Code and reason for a machine, and when asking again may help.</summary>
    public Refusal Refusal => refusal;
}
