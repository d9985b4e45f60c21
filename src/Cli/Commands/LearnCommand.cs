using System.CommandLine;

namespace Busker.Cli.Commands;

/// <summary><c>busker learn …</c>: trains and evaluates models. Each kind of model is one file beside this one.</summary>
internal static class LearnCommand
{
    public static Command Create()
    {
        var learn = new Command("learn", "Train and evaluate models, write them with a report, and use them.");
        learn.Subcommands.Add(LearnFraudCommand.Create());
        learn.Subcommands.Add(LearnRecsCommand.Create());
        learn.Subcommands.Add(LearnRetrievalCommand.Create());
        learn.Subcommands.Add(LearnBanditsCommand.Create());
        learn.Subcommands.Add(LearnScoreCommand.Create());
        learn.Subcommands.Add(LearnRecommendCommand.Create());
        return learn;
    }
}
