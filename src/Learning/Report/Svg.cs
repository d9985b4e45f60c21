using System.Globalization;
using System.Net;
using System.Text;

namespace Busker.Learning.Report;

/// <summary>SVG text, <see cref="Width"/> wide, coloured by the page's style sheet. Who cannot see it is told its title and a description.</summary>
internal sealed class Svg
{
    public const int Width = 560;
    private readonly StringBuilder _text = new();

    /// <param name="left">Where the visible title begins.</param>
    /// <param name="told">What a reader who cannot see the plot is told of it.</param>
    public Svg(string title, string told, int height, int left)
    {
        var name = WebUtility.HtmlEncode(title);
        Add($"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{name}\"><title>{name}</title><desc>{WebUtility.HtmlEncode(told)}</desc>");
        Text(left, 18, "start", title, "title");
    }

    public void Add(FormattableString text) => _text.Append(text.ToString(CultureInfo.InvariantCulture));

    public void Line(string kind, double x1, double y1, double x2, double y2) =>
        Add($"<line class=\"{kind}\" x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\"/>");

    public void Text(double x, double y, string anchor, string text, string kind = "label") =>
        Add($"<text class=\"{kind}\" x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(text)}</text>");

    /// <summary>Text that reads upwards, centred at a height.</summary>
    public void Upwards(double x, double y, string text) =>
        Add($"<text text-anchor=\"middle\" transform=\"translate({x:0.#} {y:0.#}) rotate(-90)\">{WebUtility.HtmlEncode(text)}</text>");

    /// <summary>Room that the longest name needs in the type of a small screen, within bounds.</summary>
    public static int Room(IEnumerable<string> names, int most) =>
        (int)Math.Clamp(14 + names.Select(n => n.Sum(c => char.IsLower(c) || c == ' ' ? 7.3 : 9.2)).DefaultIfEmpty(0).Max(), 80, most);

    public string Close() => _text.Append("</svg>").ToString();
}
