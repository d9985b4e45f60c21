using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Busker.Learning.Numbers;
using Busker.Learning.Report;

namespace Busker.Learning.Tests.Report;

public sealed class SwarmTests
{
    [Fact]
    public void Each_prediction_is_one_point_in_its_row_placed_by_what_the_column_gave()
    {
        var rng = new Rng(3);
        double[] Draw() => [.. Enumerable.Range(0, 400).Select(_ => rng.NextGaussian())];
        SwarmRow[] rows = [new("a < b", Draw(), Draw()), new("second", Draw(), [.. Draw().Select((v, i) => i % 4 == 0 ? double.NaN : v)])];
        var text = Swarm.Draw("t", "x", "mean", rows);
        Swarm.Draw("t", "x", "mean", rows).ShouldBe(text);
        var svg = XElement.Parse(text);
        var points = svg.Elements("path").SelectMany(p => Regex.Matches(p.Attribute("d")!.Value, @"M([\d.]+) ([\d.]+)h0")
            .Select(m => (X: double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture), Y: double.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture), Missing: p.Attribute("class")!.Value == "swarm v9"))).ToArray();
        points.Length.ShouldBe(800);
        points.Count(p => p.Missing).ShouldBe(100);
        var split = (points.Min(p => p.Y) + points.Max(p => p.Y)) / 2;
        var first = points.Where(p => p.Y < split).Select(p => p.X).Order().ToArray();
        first.Length.ShouldBe(400);
        var all = rows.SelectMany(r => r.Contributions).ToArray();
        var given = rows[0].Contributions.Order().ToArray();
        var scale = (first[^1] - first[0]) / (given[^1] - given[0]);
        for (var i = 0; i < 400; i++) first[i].ShouldBe(first[0] + (given[i] - given[0]) * scale, 0.11);
        svg.Element("desc")!.Value.ShouldContain("second");
    }

    [Fact]
    public void Colours_go_from_low_to_high_values_and_missing_ones_have_their_own()
    {
        Swarm.Coloured([.. Enumerable.Range(0, 100).Select(i => (double)i)]).ShouldBeInOrder();
        Swarm.Coloured([0, 1, double.NaN]).ShouldBe([0, Swarm.Colours - 1, Swarm.Colours]);
        Swarm.Coloured([0, 0, 0, 1]).ShouldBe([0, 0, 0, Swarm.Colours - 1]);
        Swarm.Coloured([2, 2]).ShouldBe([Swarm.Colours / 2, Swarm.Colours / 2]);
        Swarm.Coloured([double.NaN]).ShouldBe([Swarm.Colours]);
    }

    [Fact]
    public void Nothing_to_draw_and_one_point_are_drawn_as_well()
    {
        XElement.Parse(Swarm.Draw("t", "x", "mean", [])).Elements("path").ShouldBeEmpty();
        XElement.Parse(Swarm.Draw("t", "x", "mean", [new SwarmRow("one", [0], [double.NaN])])).Elements("path").Count().ShouldBe(1);
    }
}
