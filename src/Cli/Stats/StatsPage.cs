using System.Globalization;
using System.Net;
using System.Text;

namespace Busker.Cli.Stats;

/// <summary>A self-contained HTML page: style and SVG inside, nothing fetched.</summary>
internal sealed class StatsPage(string title)
{
    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}
        h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
        th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d9dee6}th{font-weight:600}p.verdict{padding:.7rem 1rem;background:#eef3fb;border-left:4px solid #2f6fde}
        svg{width:100%;height:auto}text{font:12px system-ui,sans-serif;fill:#1c2430}.scroll{overflow-x:auto}
        """;

    private readonly StringBuilder _body = new();

    public StatsPage Heading(string text) => Put($"<h2>{Safe(text)}</h2>");
    public StatsPage Verdict(string text) => Put($"<p class=\"verdict\">{Safe(text)}</p>");
    public StatsPage Paragraph(string text) => Put($"<p>{Safe(text)}</p>");

    public StatsPage Table(StatsTable table)
    {
        Put("<div class=\"scroll\"><table><thead><tr>" + string.Concat(table.Columns.Select(c => $"<th>{Safe(c)}</th>")) + "</tr></thead><tbody>");
        foreach (var row in table.Rows) Put("<tr>" + string.Concat(row.Select(c => $"<td>{Safe(c)}</td>")) + "</tr>");
        return Put("</tbody></table></div>");
    }

    /// <summary>Effects with their intervals about a zero line.</summary>
    public StatsPage Forest(IReadOnlyList<(string Label, double Low, double Value, double High)> rows, string axis)
    {
        var (low, high) = (Math.Min(0, rows.Min(r => r.Low)), Math.Max(0, rows.Max(r => r.High)));
        if (high == low) (low, high) = (-1, 1);
        var height = 40 + (26 * rows.Count);
        double X(double v) => 240 + (560 * (v - low) / (high - low));
        Put(Invariant($"<svg viewBox=\"0 0 820 {height}\" role=\"img\" aria-label=\"{Safe(axis)}\">"));
        Put(Invariant($"<line x1=\"{X(0):0.#}\" y1=\"8\" x2=\"{X(0):0.#}\" y2=\"{height - 26}\" stroke=\"#9aa5b5\" stroke-dasharray=\"4 3\"/>"));
        for (var i = 0; i < rows.Count; i++)
        {
            var (label, from, value, to) = rows[i];
            var y = 22 + (26 * i);
            var colour = from > 0 || to < 0 ? "#2f6fde" : "#7b8794";
            Put(Invariant($"<text x=\"230\" y=\"{y + 4}\" text-anchor=\"end\">{Safe(label)}</text><line x1=\"{X(from):0.#}\" y1=\"{y}\" x2=\"{X(to):0.#}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"2\"/><circle cx=\"{X(value):0.#}\" cy=\"{y}\" r=\"4.5\" fill=\"{colour}\"/>"));
        }

        return Put(Invariant($"<text x=\"240\" y=\"{height - 6}\">{StatsTable.Short(low)}</text><text x=\"520\" y=\"{height - 6}\" text-anchor=\"middle\">{Safe(axis)}</text><text x=\"800\" y=\"{height - 6}\" text-anchor=\"end\">{StatsTable.Short(high)}</text></svg>"));
    }

    /// <summary>A falling line of bounds over the looks.</summary>
    public StatsPage Line(IReadOnlyList<double> values, string axis)
    {
        var points = values.Select((v, i) => (I: i, V: v)).Where(p => double.IsFinite(p.V)).ToArray();
        var top = Math.Ceiling(points.Max(p => p.V));
        double X(int i) => 50 + (740.0 * (values.Count == 1 ? 0.5 : (double)i / (values.Count - 1)));
        double Y(double v) => 200 - (180 * v / top);
        Put(Invariant($"<svg viewBox=\"0 0 820 240\" role=\"img\" aria-label=\"{Safe(axis)}\"><line x1=\"50\" y1=\"200\" x2=\"790\" y2=\"200\" stroke=\"#9aa5b5\"/>"));
        Put("<polyline fill=\"none\" stroke=\"#2f6fde\" stroke-width=\"2\" points=\"" + string.Join(' ', points.Select(p => Invariant($"{X(p.I):0.#},{Y(p.V):0.#}"))) + "\"/>");
        foreach (var (i, v) in points.Where(_ => values.Count <= 60)) Put(Invariant($"<circle cx=\"{X(i):0.#}\" cy=\"{Y(v):0.#}\" r=\"3\" fill=\"#2f6fde\"/>"));
        return Put(Invariant($"<text x=\"6\" y=\"26\">{top:0.#}</text><text x=\"6\" y=\"204\">0</text><text x=\"420\" y=\"228\" text-anchor=\"middle\">{Safe(axis)}</text></svg>"));
    }

    public string Html() =>
        $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Safe(title)}</title><style>{Style}</style></head><body><h1>{Safe(title)}</h1>{_body}</body></html>";

    private StatsPage Put(string html)
    {
        _body.Append(html).Append('\n');
        return this;
    }

    private static string Safe(string text) => WebUtility.HtmlEncode(text);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
