using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Trees;

public sealed class ForeignModelTests
{
    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Trees", "Fixtures", name);

    [Fact]
    public void An_XGBoost_model_predicts_and_explains_as_XGBoost_does()
    {
        var model = XgboostModel.Read(File.ReadAllText(Fixture("xgboost.json"))).Value;
        var csv = CsvFile.Read(Fixture("xgboost.csv"), ["a", "b", "c", "margin", "phi_a", "phi_b", "phi_c", "bias"], missing: true).Value;
        var explainer = new TreeExplainer(model);
        var phi = new double[3];
        for (var r = 0; r < csv.Rows; r++)
        {
            double[] row = [csv.Numbers("a")[r], csv.Numbers("b")[r], csv.Numbers("c")[r]];
            model.Predictor.Margin(row).ShouldBe(csv.Numbers("margin")[r], 2e-6);
            explainer.Explain(row, phi);
            explainer.Expected.ShouldBe(csv.Numbers("bias")[r], 1e-5);
            phi.ShouldBe([csv.Numbers("phi_a")[r], csv.Numbers("phi_b")[r], csv.Numbers("phi_c")[r]], 1e-5);
        }
    }

    [Theory]
    [InlineData(0.1f)]
    [InlineData(-2.5f)]
    [InlineData(1f)]
    [InlineData(33554432f)]
    public void A_float_threshold_moves_to_the_last_double_that_rounds_below_it(float threshold)
    {
        var last = XgboostModel.LargestBelow(threshold);
        ((float)last < threshold).ShouldBeTrue();
        ((float)Math.BitIncrement(last) < threshold).ShouldBeFalse();
    }

    private const string Light = """
        tree
        version=v4
        num_class=1
        num_tree_per_iteration=1
        max_feature_idx=1
        objective=binary sigmoid:1
        feature_names=amount kind

        Tree=0
        num_leaves=3
        num_cat=0
        split_feature=0 0
        split_gain=5 2
        threshold=10.5 -1
        decision_type=10 0
        left_child=1 -1
        right_child=-2 -3
        leaf_value=-0.5 0.7 0.25
        leaf_count=60 30 10
        internal_count=100 70
        is_linear=0

        Tree=1
        num_leaves=2
        num_cat=1
        split_feature=1
        split_gain=3
        threshold=0
        decision_type=1
        left_child=-1
        right_child=-2
        leaf_value=0.125 -0.25
        leaf_count=50 50
        internal_count=100
        cat_boundaries=0 2
        cat_threshold=5 2
        is_linear=0

        end of trees
        """;

    [Theory]
    [InlineData(11, 0, 0.7 + 0.125)]
    [InlineData(10.5, 2, 0.25 + 0.125)]
    [InlineData(-1, 33, -0.5 + 0.125)]
    [InlineData(-1, 1, -0.5 - 0.25)]
    [InlineData(double.NaN, 0, 0.25 + 0.125)] // NaN: left at the first node (missing left), taken for zero at the second
    [InlineData(0, double.NaN, 0.25 - 0.25)]
    public void A_LightGBM_model_decides_by_its_rules(double amount, double kind, double margin)
    {
        var model = LightGbmModel.Read(Light).Value;
        model.Predictor.Margin([amount, kind]).ShouldBe(margin, 1e-12);
        model.Features.ShouldBe(["amount", "kind"]);
        model.Link.ShouldBe(Link.Logistic);
    }

    [Fact]
    public void What_is_no_model_or_cannot_be_said_here_is_refused()
    {
        LightGbmModel.Read("x").Fault!.Message.ShouldBe("this is not a LightGBM text model");
        LightGbmModel.Read(Light.Replace("binary sigmoid:1", "multiclass")).Fault!.Message.ShouldBe("objective multiclass is not supported");
        LightGbmModel.Read(Light.Replace("leaf_value=0.125 -0.25\n", "")).Fault!.Message.ShouldBe("tree 1 of the LightGBM model is cut short or altered");
        XgboostModel.Read("{").Fault!.Message.ShouldBe("this is not an XGBoost JSON model");
        XgboostModel.Read("{\"a\":1}").Fault!.Message.ShouldBe("this is not an XGBoost JSON model");
    }
}
