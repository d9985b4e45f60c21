using System.CommandLine;
using Busker.Common.V1;
using Busker.Operations.V1;

namespace Busker.Cli.Commands;

/// <summary><c>busker jobs</c>: the jobs of a running product that failed for good, with why; lets one run again or gives it up.</summary>
internal static class JobsCommand
{
    public static Command Create()
    {
        var rerun = new Option<string?>("--rerun") { Description = "Runs this dead job again, with all its tries." };
        var drop = new Option<string?>("--drop") { Description = "Gives this dead job up for good." };
        var command = new Command("jobs", "Lists the jobs that failed for good, with why.") { rerun, drop };
        var product = new RunningProduct(command, "the operator's", keys => keys.OperatorSecret);
        command.SetAction((parsed, ct) => product.AskAsync(parsed, (api, stop) => (parsed.GetValue(rerun), parsed.GetValue(drop)) switch
        {
            ({ } again, null) => RerunAsync(api, again, stop),
            (null, { } gone) => DropAsync(api, gone, stop),
            (null, null) => ListAsync(api, stop),
            _ => Task.FromResult(RunningProduct.Fail("either --rerun or --drop.")),
        }, ct));
        return command;
    }

    private static async Task<int> ListAsync(Api api, CancellationToken ct)
    {
        var (page, any) = (new PageRequest(), false);
        do
        {
            var answer = await api.AskAsync("operations.v1.Operations/ListDeadJobs", new ListDeadJobsRequest { Page = page }, ListDeadJobsResponse.Parser, ct);
            foreach (var j in answer.Jobs)
                Console.WriteLine($"{j.JobId}  {j.Kind}  of {(j.ScopeId is "" ? "the house" : j.ScopeId)}, tried {j.Attempts} times, last {j.DeathTime.ToDateTimeOffset():u}\n    {j.Error}");
            (page.PageToken, any) = (answer.NextPageToken, any || answer.Jobs.Count > 0);
        }
        while (page.PageToken.Length > 0);
        if (!any) Console.WriteLine("No job is dead.");
        return 0;
    }

    private static async Task<int> RerunAsync(Api api, string job, CancellationToken ct)
    {
        await api.AskAsync("operations.v1.Operations/RerunDeadJob", new RerunDeadJobRequest { RequestId = NewRequest(), JobId = job }, RerunDeadJobResponse.Parser, ct);
        Console.WriteLine($"{job} waits for a worker.");
        return 0;
    }

    private static async Task<int> DropAsync(Api api, string job, CancellationToken ct)
    {
        await api.AskAsync("operations.v1.Operations/DropDeadJob", new DropDeadJobRequest { RequestId = NewRequest(), JobId = job }, DropDeadJobResponse.Parser, ct);
        Console.WriteLine($"{job} is gone.");
        return 0;
    }

    private static string NewRequest() => Guid.CreateVersion7().ToString();
}
