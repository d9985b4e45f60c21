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
            model.Predictor.Margin(row).ShouldBe(csv.Numbers("margin")[r], 1e-6);
            explainer.Explain(row, phi);
            explainer.Expected.ShouldBe(csv.Numbers("bias")[r], 1e-5);
            phi.ShouldBe([csv.Numbers("phi_a")[r], csv.Numbers("phi_b")[r], csv.Numbers("phi_c")[r]], 1e-5);
        }
    }

    [Theory]
    [InlineData("xgboost_categories")] // sets of categories, unknown and missing ones, base score 0.3
    [InlineData("xgboost_dart")] // dropped trees
    [InlineData("xgboost_tweedie")]
    [InlineData("xgboost_binary")] // gaps to the left and to the right, base score 0.2
    [InlineData("xgboost_squared")] // from histograms, base score 2.5
    [InlineData("xgboost_poisson")]
    [InlineData("xgboost_rank")]
    public void Other_XGBoost_models_predict_as_there(string name)
    {
        var model = XgboostModel.Read(File.ReadAllText(Fixture(name + ".json"))).Value;
        var csv = CsvFile.Read(Fixture(name + ".csv"), ["a", "k", "margin", "prediction"], missing: true).Value;
        for (var r = 0; r < csv.Rows; r++)
        {
            var margin = model.Predictor.Margin([csv.Numbers("a")[r], csv.Numbers("k")[r]]);
            margin.ShouldBe(csv.Numbers("margin")[r], 1e-6);
            model.Respond(margin).ShouldBe(csv.Numbers("prediction")[r], 1e-6 * (1 + csv.Numbers("prediction")[r]));
        }
    }

    [Theory]
    [InlineData("\"5E-1\"")]
    [InlineData("\"[5E-1]\"")]
    [InlineData("[5E-1]")]
    [InlineData("[\"5E-1\"]")]
    [InlineData("0.5")]
    public void The_base_score_is_read_in_every_form(string written)
    {
        var json = File.ReadAllText(Fixture("xgboost_categories.json"));
        json = System.Text.RegularExpressions.Regex.Replace(json, "\"base_score\":\"[^\"]*\"", $"\"base_score\":{written}");
        XgboostModel.Read(json).Value.BaseScore.ShouldBe(0, 1e-12);
    }

    [Theory]
    [InlineData("lightgbm_forest", Link.Identity)] // averaged; leaves of that version hold probabilities
    [InlineData("lightgbm_categories", Link.Identity)] // only bit sets
    [InlineData("lightgbm_unseen", Link.Identity)] // third format; categories of the training rows and others
    [InlineData("lightgbm_missing", Link.Identity)] // fourth format; NaN to the left and to the right
    public void A_model_written_by_LightGBM_predicts_as_there(string name, Link link)
    {
        var model = LightGbmModel.Read(File.ReadAllText(Fixture(name + ".txt"))).Value;
        model.Link.ShouldBe(link);
        var csv = CsvFile.Read(Fixture(name + ".csv"), [.. model.Features, "prediction"], missing: true).Value;
        for (var r = 0; r < csv.Rows; r++)
        {
            double[] row = [.. model.Features.Select(f => csv.Numbers(f)[r])];
            model.Respond(model.Predictor.Margin(row)).ShouldBe(csv.Numbers("prediction")[r], 1e-12);
        }
    }

    [Fact]
    public void The_sigmoid_parameter_belongs_to_the_margin()
    {
        var model = LightGbmModel.Read(Light.Replace("sigmoid:1", "sigmoid:0.5")).Value;
        model.Respond(model.Predictor.Margin([11, 0])).ShouldBe(1 / (1 + Math.Exp(-0.5 * 0.825)), 1e-12);
    }

    [Theory]
    [InlineData("regression_l1", 0.825)]
    [InlineData("tweedie tweedie_variance_power:1.5", 2.2818807653293236)]
    [InlineData("cross_entropy", 0.69529667)]
    public void Other_objectives_of_LightGBM_answer_through_their_link(string objective, double answer)
    {
        var model = LightGbmModel.Read(Light.Replace("binary sigmoid:1", objective)).Value;
        model.Respond(model.Predictor.Margin([11, 0])).ShouldBe(answer, 1e-7);
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
    [InlineData(11, -0.5, 0.7 + 0.125)] // cut to the category 0
    [InlineData(11, -1, 0.7 - 0.25)]
    [InlineData(11, 2.75, 0.7 + 0.125)]
    [InlineData(11, 1e300, 0.7 - 0.25)]
    public void A_LightGBM_model_decides_by_its_rules(double amount, double kind, double margin)
    {
        var model = LightGbmModel.Read(Light).Value;
        model.Predictor.Margin([amount, kind]).ShouldBe(margin, 1e-12);
        model.Features.ShouldBe(["amount", "kind"]);
        model.Link.ShouldBe(Link.Logistic);
    }

    [Theory]
    [InlineData(2, double.NaN, 0.25)] // nothing is missing: NaN is 0, which is not below −1
    [InlineData(2, 0, 0.25)]
    [InlineData(2, -2, -0.5)]
    [InlineData(6, double.NaN, -0.5)] // zero is missing, and NaN is taken for zero: left
    [InlineData(6, 0, -0.5)]
    [InlineData(6, 1e-36, -0.5)]
    [InlineData(6, 1e-34, 0.25)]
    [InlineData(4, double.NaN, 0.25)]
    [InlineData(4, -0.0, 0.25)]
    [InlineData(10, double.NaN, -0.5)] // NaN is missing: left
    [InlineData(10, 0, 0.25)]
    [InlineData(8, double.NaN, 0.25)]
    [InlineData(8, -2, -0.5)]
    public void Each_kind_of_missing_in_LightGBM_goes_where_it_goes_there(int decision, double value, double margin)
    {
        var text = $"tree\nversion=v4\nnum_tree_per_iteration=1\nobjective=regression\nfeature_names=a\n\nTree=0\nnum_leaves=2\nnum_cat=0\nsplit_feature=0\nsplit_gain=1\n"
            + $"threshold=-1\ndecision_type={decision}\nleft_child=-1\nright_child=-2\nleaf_value=-0.5 0.25\nleaf_count=5 5\ninternal_count=10\nis_linear=0\n\nend of trees\n";
        LightGbmModel.Read(text).Value.Predictor.Margin([value]).ShouldBe(margin);
    }

    [Fact]
    public void What_is_no_model_or_cannot_be_said_here_is_refused()
    {
        LightGbmModel.Read("x").Fault!.Message.ShouldBe("this is not a LightGBM text model");
        LightGbmModel.Read(Light.Replace("binary sigmoid:1", "multiclass")).Fault!.Message.ShouldBe("objective multiclass is not supported");
        LightGbmModel.Read(Light.Replace("binary sigmoid:1", "regression sqrt")).Fault!.Message.ShouldBe("objective regression sqrt is not supported");
        LightGbmModel.Read(Light.Replace("num_tree_per_iteration=1", "num_tree_per_iteration=3")).Fault!.Message
            .ShouldBe("the LightGBM model scores several classes (3 trees per round); one score is supported");
        LightGbmModel.Read(Light.Replace("max_feature_idx=1", "tree_sizes=300 250 250")).Fault!.Message.ShouldBe("the LightGBM model announces 3 trees and holds 2");
        LightGbmModel.Read(Light.Replace("is_linear=0", "is_linear=1")).Fault!.Message.ShouldBe("tree 0: linear leaves are not supported");
        LightGbmModel.Read(Light.Replace("leaf_value=0.125 -0.25\n", "")).Fault!.Message.ShouldBe("tree 1 of the LightGBM model is cut short or altered");
        XgboostModel.Read("{").Fault!.Message.ShouldBe("this is not an XGBoost JSON model");
        var json = File.ReadAllText(Fixture("xgboost_tweedie.json"));
        XgboostModel.Read(json.Replace("\"gbtree\"", "\"gblinear\"")).Fault!.Message.ShouldBe("booster gblinear is not supported; gbtree and dart are");
        XgboostModel.Read(json.Replace("\"reg:tweedie\"", "\"multi:softprob\"")).Fault!.Message.ShouldBe("objective multi:softprob is not supported");
        var several = System.Text.RegularExpressions.Regex.Replace(json, "\"base_score\":\"[^\"]*\"", "\"base_score\":\"[5E-1,2E-1]\"");
        XgboostModel.Read(several).Fault!.Message.ShouldBe("the XGBoost model has 2 base scores; one score is supported");
        XgboostModel.Read("{\"a\":1}").Fault!.Message.ShouldBe("this is not an XGBoost JSON model");
    }
}
