using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Busker.Storage;

namespace Busker.Cli.Soak;

/// <summary>A PostgreSQL and hosts on it, each of which can be killed as by <c>kill -9</c> and comes back.</summary>
internal sealed class SoakField : IAsyncDisposable
{
    private readonly string _home;
    private readonly EmbeddedPostgres _postgres;
    private readonly Process?[] _hosts;
    private readonly int[] _ports;

    private SoakField(string home, EmbeddedPostgres postgres, int hosts)
    {
        (_home, _postgres, _hosts) = (home, postgres, new Process?[hosts]);
        _ports = [.. Enumerable.Range(0, hosts).Select(_ => FreePort())];
    }

    public int Hosts => _hosts.Length;

    /// <summary>A key that may consume and change the catalog.</summary>
    public string Key { get; private set; } = "";

    public string ConnectionString => _postgres.ConnectionString;

    public Uri Address(int host) => new($"http://127.0.0.1:{_ports[host]}");

    /// <param name="home">an empty directory of the field's own</param>
    /// <param name="engines">where PostgreSQL's binaries are installed</param>
    /// <param name="hosts">how many hosts on the one database</param>
    /// <param name="ct">cancels the start</param>
    public static async Task<SoakField> OpenAsync(string home, string engines, int hosts, CancellationToken ct)
    {
        var postgres = await EmbeddedPostgres.StartAsync(new PostgresOptions(home) { Engines = engines }, ct);
        if (postgres.Fault is { } fault) throw new InvalidOperationException(fault.Message);
        var field = new SoakField(home, postgres.Value, hosts);
        await Task.WhenAll(Enumerable.Range(0, hosts).Select(field.StartAsync)); // all at once: they must agree who migrates
        field.Key = await SoakHost.OpenTenantAsync(postgres.Value.ConnectionString, ct);
        return field;
    }

    public async Task RestartHostAsync(int host)
    {
        await KillAsync(_hosts[host]);
        await StartAsync(host);
    }

    /// <summary>Kills the database's first process; its owner starts it again on the same port.</summary>
    /// <returns>False when it was down already.</returns>
    public bool KillDatabase()
    {
        var file = Path.Combine(_home, "postgres", "postmaster.pid");
        if (!File.Exists(file) || !int.TryParse(File.ReadLines(file).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) return false;
        try
        {
            using var server = Process.GetProcessById(pid);
            server.Kill();
            return true;
        }
        catch (ArgumentException)
        {
            return false; // the file is a dead server's
        }
    }

    private async Task StartAsync(int host)
    {
        while (true)
        {
            var process = Process.Start(new ProcessStartInfo("dotnet",
                [typeof(SoakField).Assembly.Location, "soak-host", "--postgres", _postgres.ConnectionString, "--port", $"{_ports[host]}"])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            process.ErrorDataReceived += static (_, _) => { }; // drained, so that a full pipe stops nobody
            process.BeginErrorReadLine();
            _hosts[host] = process;
            if (await process.StandardOutput.ReadLineAsync() == SoakHost.Ready) return;
            await KillAsync(process); // the database was away while it started
        }
    }

    private static async Task KillAsync(Process? process)
    {
        if (process is null) return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts) await KillAsync(host);
        await _postgres.DisposeAsync();
    }
}
