using Busker.Flags;
using Busker.Flags.Conditions;

namespace Busker.FlagImport;

/// <summary>Number(x) of JavaScript, for literals.</summary>
internal static class JsNumber
{
    /// <summary>NaN if it is none.</summary>
    public static double Of(string text) => Coercion.TryLoose(AttributeValue.Of(text), out var number) ? number : double.NaN;

    /// <summary>Missing is NaN, null is 0.</summary>
    public static double Of(Node? node) => node?.Kind switch
    {
        null => double.NaN,
        NodeKind.Null => 0,
        NodeKind.Bool or NodeKind.Number => node.Number,
        NodeKind.Text => Of(node.Text),
        _ => double.NaN,
    };
}
