using System.Xml.Linq;
using Busker.Learning.Report;

namespace Busker.Learning.Tests.Report;

public sealed class HtmlPageTests
{
    [Fact]
    public void Plots_are_well_formed_and_the_same_numbers_give_the_same_bytes()
    {
        static string Draw() => Plot.Lines("A < B", "x", "y",
            [new Series("one", [0.001, 0.1, 10], [1, 2, 3], [0.5, 1, 2], [2, 3, 4]), new Series("two", [0, 1, 2], [1, double.NaN, 2], Dots: true)], logX: true);
        Draw().ShouldBe(Draw());
        XElement.Parse(Draw()).Elements("polyline").Count().ShouldBe(2); // the line and its key
        XElement.Parse(Draw()).Element("desc")!.Value.ShouldBe("y over x. one: 1 at 0.001 to 3 at 10, highest 3 at 10. two: 1 at 0 to 2 at 2, highest 2 at 2.");
        XElement.Parse(Plot.Bars("bars", [new Bar("a", 1.5, "x"), new Bar("b", -2)])).Elements("rect").Count().ShouldBe(2);
    }

    [Fact]
    public void A_page_stands_alone_and_escapes_what_it_is_given()
    {
        var html = new HtmlPage("T & T").Heading("one").Paragraph("<script>").Table(["a"], [["<b>"]])
            .Plot(Plot.Bars("p", [])).Plot(Plot.Lines("empty", "x", "y", [])).ToString();
        html.ShouldNotContain("<script>");
        html.ShouldNotContain("http");
        html.ShouldContain("T &amp; T");
        html.Split("<div").Length.ShouldBe(3);
        html.Split("</div>").Length.ShouldBe(3);
    }
}
