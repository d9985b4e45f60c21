using Busker.Support;

namespace Busker.Storage.Tests;

/// <summary>A state directory of one test, removed with everything in it.</summary>
internal sealed class StateDirectory : IDisposable
{
    public StateDirectory() => Directory.CreateDirectory(Home);

    public string Home { get; } = Path.Combine(Path.GetTempPath(), "busker-" + Path.GetRandomFileName());
    public string Data => Path.Combine(Home, "postgres");
    public List<string> Steps { get; } = [];
    public PostgresOptions Options => new(Home)
    {
        Engines = Checkout.Engines,
        Progress = Steps.Add,
        Settings = new Dictionary<string, string> { ["shared_buffers"] = "128MB" },
    };

    public async Task<Busker.Storage.EmbeddedPostgres> StartAsync() => (await Busker.Storage.EmbeddedPostgres.StartAsync(Options, default)).Value;

    public async Task<Kernel.Fault> RefusalAsync() => (await Busker.Storage.EmbeddedPostgres.StartAsync(Options, default)).Fault.ShouldNotBeNull();

    public int ServerPid() => int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), null);

    public void Dispose() => Directory.Delete(Home, true);
}
