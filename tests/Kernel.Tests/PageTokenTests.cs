namespace Busker.Kernel.Tests;

public sealed class PageTokenTests
{
    [Fact]
    public void A_token_reads_back_for_the_filter_it_was_made_for_and_no_other()
    {
        var token = PageToken.After("anna", "ListListeners");
        PageToken.Read(token, "ListListeners").Value.ShouldBe("anna");
        PageToken.Read(token, "ListDrafts").Fault!.Field.ShouldBe("page.page_token");
        PageToken.Read("", "ListDrafts").Value.ShouldBe("");
    }

    [Theory]
    [InlineData("x")]
    [InlineData("!!!!")]
    [InlineData("AAAAAAAA")]
    public void What_is_no_token_is_refused(string token) => PageToken.Read(token, "f").Fault!.Code.ShouldBe(Code.InvalidArgument);

    [Theory]
    [InlineData(0, 50)]
    [InlineData(1, 1)]
    [InlineData(500, 500)]
    public void A_page_size_within_bounds_is_taken(int asked, int given) => PageSize.Of(asked).Value.ShouldBe(given);

    [Theory]
    [InlineData(-1)]
    [InlineData(501)]
    public void A_page_size_out_of_bounds_is_refused(int asked) => PageSize.Of(asked).Fault!.Field.ShouldBe("page.page_size");
}
