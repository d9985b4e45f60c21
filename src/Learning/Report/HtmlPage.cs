using System.Net;
using System.Text;

namespace Busker.Learning.Report;

/// <summary>
/// One self-contained HTML file: headings, paragraphs, tables and plots in the order added. No script, no outside file,
/// light and dark by the reader's setting, prints well.
/// </summary>
public sealed class HtmlPage(string title)
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1c2330;--soft:#5b6575;--line:#dfe3ea;--paper:#fff;
        --c0:#2f6fde;--c1:#c9521a;--c2:#15805a;--c3:#9251c9;--c4:#8f7210;--c5:#d1417c;--c6:#4b5563;--c7:#0e7490;
        --v0:#1e88e5;--v1:#3d7fe0;--v2:#5a75d9;--v3:#776acf;--v4:#925ec2;--v5:#aa51b2;--v6:#c0439e;--v7:#d63384;--v8:#e8175d;--v9:#878f9c}
        @media screen and (prefers-color-scheme:dark){:root{--ink:#e8ecf3;--soft:#9aa5b6;--line:#2c3442;--paper:#12161d;
        --c0:#6ea2ff;--c1:#ff9563;--c2:#4fd09c;--c3:#c08bf0;--c4:#e8c85a;--c5:#ff7db0;--c6:#b6bfcc;--c7:#5cc8e0}}
        body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:1180px;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid var(--line)}p{max-width:75ch}
        .plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(420px,100%),1fr));gap:1rem}figure{margin:0 0 1rem;max-width:580px;border:1px solid var(--line);border-radius:8px;padding:.5rem}
        .wide{overflow-x:auto}p{overflow-wrap:anywhere}table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:.25rem .7rem;border-bottom:1px solid var(--line);text-align:right}
        td:not(:last-child){white-space:nowrap}td:nth-child(n+6):last-child{min-width:16ch}th:first-child,td:first-child{text-align:left}svg{width:100%;height:auto;font:11px system-ui,sans-serif}
        svg text{fill:var(--soft)}svg .title{fill:var(--ink);font-weight:600;font-size:13px}.grid{stroke:var(--line)}
        .zero{stroke:var(--soft)}
        .line{fill:none!important;stroke-width:2}.dashed{stroke-dasharray:4 4}.band{opacity:.18}
        .s0{fill:var(--c0);stroke:var(--c0)}.s1{fill:var(--c1);stroke:var(--c1)}.s2{fill:var(--c2);stroke:var(--c2)}
        .s3{fill:var(--c3);stroke:var(--c3)}.s4{fill:var(--c4);stroke:var(--c4)}.s5{fill:var(--c5);stroke:var(--c5)}
        .s6{fill:var(--c6);stroke:var(--c6)}.s7{fill:var(--c7);stroke:var(--c7)}
        .swarm{fill:none;stroke-width:3.4;stroke-linecap:round}.key{stroke-width:10}.v0{stroke:var(--v0)}.v1{stroke:var(--v1)}.v2{stroke:var(--v2)}.v3{stroke:var(--v3)}
        .v4{stroke:var(--v4)}.v5{stroke:var(--v5)}.v6{stroke:var(--v6)}.v7{stroke:var(--v7)}.v8{stroke:var(--v8)}.v9{stroke:var(--v9)}
        @media screen and (max-width:600px){body{margin:1rem auto}svg{font-size:13px}svg .title{font-size:16px}th,td{padding:.25rem .5rem}}
        @media print{body{margin:0;max-width:none}figure,tr{break-inside:avoid}h2{break-after:avoid}.wide{overflow:visible}table{font-size:11px}td:not(:last-child){white-space:normal}}
        """;

    private readonly StringBuilder _body = new();
    private bool _inPlots;

    /// <summary>A heading of the second level; text is encoded.</summary>
    public HtmlPage Heading(string text) => Add($"<h2>{Encode(text)}</h2>");

    /// <summary>A paragraph; text is encoded.</summary>
    public HtmlPage Paragraph(string text) => Add($"<p>{Encode(text)}</p>");

    public HtmlPage Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var html = new StringBuilder("<div class=\"wide\" role=\"group\" aria-label=\"table\" tabindex=\"0\"><table><thead><tr>");
        foreach (var cell in header) html.Append("<th scope=\"col\">").Append(Encode(cell)).Append("</th>");
        html.Append("</tr></thead><tbody>");
        foreach (var row in rows)
        {
            html.Append("<tr>");
            foreach (var cell in row) html.Append("<td>").Append(Encode(cell)).Append("</td>");
            html.Append("</tr>");
        }

        return Add(html.Append("</tbody></table></div>").ToString());
    }

    /// <summary>Adds a plot made by <see cref="Report.Plot"/>; neighbours stand side by side.</summary>
    public HtmlPage Plot(string svg)
    {
        if (!_inPlots) _body.Append("<div class=\"plots\">");
        _inPlots = true;
        _body.Append("<figure>").Append(svg).Append("</figure>\n");
        return this;
    }

    public override string ToString()
    {
        Add("");
        return $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
            + $"<title>{Encode(title)}</title><style>{Style}</style></head><body><main><h1>{Encode(title)}</h1>\n{_body}</main></body></html>\n";
    }

    private HtmlPage Add(string html)
    {
        if (_inPlots) _body.Append("</div>\n");
        _inPlots = false;
        _body.Append(html).Append('\n');
        return this;
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
