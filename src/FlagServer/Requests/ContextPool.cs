using Busker.Flags;

namespace Busker.FlagServer.Requests;

/// <summary>One context per thread, used again and again: nothing keeps it after its request was answered.</summary>
internal static class ContextPool
{
    [ThreadStatic]
    private static EvaluationContext? _idle;

    public static EvaluationContext Rent()
    {
        var context = _idle ?? new();
        _idle = null;
        return context;
    }

    public static void Return(EvaluationContext context)
    {
        if (context.Count > 256) return;
        context.Clear();
        _idle = context;
    }
}
