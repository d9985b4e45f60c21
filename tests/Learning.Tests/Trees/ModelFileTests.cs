using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Trees;

public sealed class ModelFileTests
{
    private static readonly Examples Rows = Given.Binary(50, 1200);
    private static readonly TreeModel Model = new Booster(new BoostOptions { Trees = 6, Categorical = [] }, Lanes.One).Fit(Rows).Value
        .With(new SortedDictionary<string, double> { ["auc"] = 0.8, ["ap"] = 0.5 }, new SortedDictionary<string, string[]> { ["kind"] = ["food", "travel"] });

    [Fact]
    public void A_model_comes_back_as_it_was()
    {
        var bytes = ModelFile.Write(Model);
        var back = ModelFile.Read(bytes).Value;
        Given.SameBits(Model, back, Rows.Table).ShouldBeTrue();
        (back.Fingerprint, back.Metrics["auc"], back.Link).ShouldBe((Model.Fingerprint, 0.8, Link.Logistic));
        back.Words["kind"].ShouldBe(["food", "travel"]);
        back.Fingerprint.Length.ShouldBe(64);
        ModelFile.Write(back).ShouldBe(bytes);
    }

    [Fact]
    public void A_truncated_altered_or_foreign_file_is_refused_in_one_sentence()
    {
        var bytes = ModelFile.Write(Model);
        ModelFile.Read(bytes.AsSpan(0, bytes.Length - 10)).Fault!.Message.ShouldBe("the tree model is cut short or altered: its checksum does not match");
        ModelFile.Read(bytes.AsSpan(0, 20)).Fault!.Message.ShouldBe("the tree model is cut short: 20 bytes");
        ModelFile.Read([1, 2, 3]).Fault!.Message.ShouldBe("this is not a Busker tree model");
        foreach (var at in new[] { 12, 200, bytes.Length - 1 })
        {
            byte[] altered = [.. bytes];
            altered[at] ^= 1;
            ModelFile.Read(altered).Fault!.Message.ShouldContain("checksum does not match");
        }

        bytes[8] = 9;
        ModelFile.Read(bytes).Fault!.Message.ShouldBe("the tree model has version 9; this program reads version 2");
    }
}
