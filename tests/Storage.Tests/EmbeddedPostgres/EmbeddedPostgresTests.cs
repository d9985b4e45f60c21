using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Busker.Storage.Tests;

public sealed class EmbeddedPostgresTests
{
    [Fact]
    public async Task A_fresh_server_is_durable_and_answers_only_on_loopback_to_who_knows_the_password()
    {
        using var state = new StateDirectory();
        await using var postgres = await state.StartAsync();
        foreach (var (setting, value) in new[]
        {
            ("fsync", "on"), ("full_page_writes", "on"), ("synchronous_commit", "on"), ("listen_addresses", "127.0.0.1"),
            ("unix_socket_directories", ""), ("password_encryption", "scram-sha-256"), ("data_checksums", "on"),
        })
        {
            (await AskAsync<string>(postgres, $"show {setting}")).ShouldBe(value, setting);
        }

        var stranger = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Password = "guess", Pooling = false };
        await using var connection = new NpgsqlConnection(stranger.ConnectionString);
        (await Should.ThrowAsync<PostgresException>(() => connection.OpenAsync())).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
        File.GetUnixFileMode(Path.Combine(state.Home, "postgres.password")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (Directory.Exists("/proc")) ServerUid(state).ShouldNotBe("0");
    }

    [Fact]
    public async Task A_second_start_finds_the_data_and_the_port_again()
    {
        using var state = new StateDirectory();
        int port;
        await using (var first = await state.StartAsync())
        {
            port = first.Port;
            await AskAsync<object>(first, "create table kept as select 42 as n");
        }

        IsRunning(state).ShouldBeFalse();
        await using var second = await state.StartAsync();
        second.Port.ShouldBe(port);
        (await AskAsync<int>(second, "select n from kept")).ShouldBe(42);
    }

    [Fact]
    public async Task A_killed_server_is_back_on_its_port_with_every_committed_row()
    {
        using var state = new StateDirectory();
        await using var postgres = await state.StartAsync();
        await AskAsync<object>(postgres, "create table kept as select generate_series(1, 1000) as n");
        var port = postgres.Port;
        using (var server = Process.GetProcessById(state.ServerPid())) server.Kill();
        (await EventuallyAsync(() => AskAsync<long>(postgres, "select count(*) from kept"))).ShouldBe(1000);
        postgres.Port.ShouldBe(port);
        postgres.Restarts.ShouldBe(1);
    }

    [Fact]
    public async Task A_killed_server_leaves_nothing_behind_when_its_host_stops_at_that_moment()
    {
        using var state = new StateDirectory();
        foreach (var millisecondsLater in new[] { 0, 40, 150, 600 }) // into the crash, the recovery, the new server's start
        {
            await using (var postgres = await state.StartAsync())
            {
                await AskAsync<object>(postgres, "create table if not exists kept as select generate_series(1, 1000) as n");
                using (var server = Process.GetProcessById(state.ServerPid())) server.Kill();
                await Task.Delay(millisecondsLater);
            }

            (await Orphans.EndAsync(state.Data, default)).ShouldBe(0);
        }
    }

    [Fact]
    public async Task A_server_that_is_stopped_costs_its_watchdog_nothing_and_goes_on_where_it_was()
    {
        using var state = new StateDirectory();
        await using var postgres = await state.StartAsync();
        var asked = AskAsync<string>(postgres, "select pg_sleep(0.5)::text");
        var server = state.ServerPid();
        var watchdog = int.Parse(Stat(server)[1], CultureInfo.InvariantCulture);
        Signal(server, "STOP");
        var before = CpuTicks(watchdog);
        await Task.Delay(1000);
        var spent = CpuTicks(watchdog) - before;
        Signal(server, "CONT");
        spent.ShouldBeLessThan(10, "hundredths of a second of processor in one second");
        await asked;
        (await AskAsync<int>(postgres, "select 1")).ShouldBe(1);
        postgres.Restarts.ShouldBe(0);
    }

    [Fact]
    public async Task A_start_that_is_called_off_leaves_nothing_behind()
    {
        using var state = new StateDirectory();
        foreach (var step in new[] { "preparing", "starting" })
        {
            using var stop = new CancellationTokenSource();
            var options = state.Options with { Progress = told => { if (told.StartsWith(step, StringComparison.Ordinal)) stop.CancelAfter(30); } };
            await Should.ThrowAsync<OperationCanceledException>(() => Busker.Storage.EmbeddedPostgres.StartAsync(options, stop.Token));
            (await Orphans.EndAsync(state.Data, default)).ShouldBe(0);
        }

        await using var postgres = await state.StartAsync();
        (await AskAsync<int>(postgres, "select 1")).ShouldBe(1);
    }

    [Fact]
    public async Task A_server_that_its_host_left_behind_is_stopped_before_a_new_one_starts()
    {
        using var state = new StateDirectory();
        var owners = Path.Combine(state.Home, "owners");
        await File.WriteAllTextAsync(owners, "");
        await using var owner = new FileStream(owners, FileMode.Open, FileAccess.Read, FileShare.Read);
        await using (var gone = (await Busker.Storage.EmbeddedPostgres.StartAsync(state.Options with { SharedBy = owners }, default)).Value)
            await AskAsync<object>(gone, "create table kept as select 42 as n");
        var orphan = state.ServerPid();
        await using var postgres = await state.StartAsync();
        state.ServerPid().ShouldNotBe(orphan);
        state.Steps.ShouldContain("stopped a database that its host had left behind");
        (await AskAsync<int>(postgres, "select n from kept")).ShouldBe(42);
    }

    [Fact]
    public async Task A_shared_server_stops_when_the_last_holder_lets_go()
    {
        using var state = new StateDirectory();
        var holders = Path.Combine(state.Home, "holders");
        await File.WriteAllTextAsync(holders, "");
        await using (new FileStream(holders, FileMode.Open, FileAccess.Read, FileShare.Read))
        {
            await using var shared = (await Busker.Storage.EmbeddedPostgres.StartAsync(state.Options with { SharedBy = holders }, default)).Value;
        }

        await EventuallyAsync(() => IsRunning(state) ? throw new IOException("still running") : Task.FromResult(true));
    }

    [Fact]
    public async Task A_pid_file_that_names_a_stranger_does_not_stop_the_start()
    {
        using var state = new StateDirectory();
        await (await state.StartAsync()).DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(state.Data, "postmaster.pid"), $"{Environment.ProcessId}\n{state.Data}\n1\n1\n\n*\n1\nready\n");
        await using var postgres = await state.StartAsync();
        (await AskAsync<int>(postgres, "select 1")).ShouldBe(1);
    }

    [Fact]
    public async Task A_second_host_on_the_same_state_is_told_so()
    {
        using var state = new StateDirectory();
        await using var first = await state.StartAsync();
        var fault = await state.RefusalAsync();
        fault.Reason.ShouldBe("DATA_IN_USE");
        fault.Message.ShouldContain(state.Home);
        (await AskAsync<int>(first, "select 1")).ShouldBe(1);
    }

    [Fact]
    public async Task Data_of_another_major_version_are_refused_and_left_alone()
    {
        using var state = new StateDirectory();
        Directory.CreateDirectory(state.Data);
        await File.WriteAllTextAsync(Path.Combine(state.Data, "PG_VERSION"), "14\n");
        var fault = await state.RefusalAsync();
        fault.Reason.ShouldBe("POSTGRES_OTHER_MAJOR");
        fault.Message.ShouldContain("written by PostgreSQL 14");
        Directory.EnumerateFileSystemEntries(state.Data).Count().ShouldBe(1);
    }

    [Fact]
    public async Task Somebody_elses_files_are_refused_and_left_alone()
    {
        using var state = new StateDirectory();
        Directory.CreateDirectory(state.Data);
        await File.WriteAllTextAsync(Path.Combine(state.Data, "thesis.txt"), "mine");
        (await state.RefusalAsync()).Reason.ShouldBe("NOT_A_DATABASE");
        File.Exists(Path.Combine(state.Data, "thesis.txt")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_half_made_data_directory_is_made_again()
    {
        using var state = new StateDirectory();
        Directory.CreateDirectory(state.Data + ".new");
        await File.WriteAllTextAsync(Path.Combine(state.Data + ".new", "PG_VERSION"), "18\n");
        await using var postgres = await state.StartAsync();
        (await AskAsync<int>(postgres, "select 1")).ShouldBe(1);
    }

    [Fact]
    public async Task A_home_that_is_closed_to_others_still_serves_when_we_are_root()
    {
        using var state = new StateDirectory();
        File.SetUnixFileMode(state.Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using (var postgres = await state.StartAsync()) (await AskAsync<int>(postgres, "select 1")).ShouldBe(1);
        await using (var again = await state.StartAsync()) (await AskAsync<int>(again, "select 1")).ShouldBe(1);
        if (new DirectoryInfo(state.Data).LinkTarget is { } elsewhere) Directory.Delete(Path.GetDirectoryName(elsewhere)!, true);
    }

    private static async Task<T> AskAsync<T>(Busker.Storage.EmbeddedPostgres postgres, string sql)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The first answer within a minute; what is being awaited is another process's work.</summary>
    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask)
    {
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(20))
        {
            try { return await ask(); }
            catch (Exception e) when (e is NpgsqlException or IOException && Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(1))
            {
            }
        }
    }

    private static void Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
    }

    /// <summary>The fields of /proc/PID/stat from the state on: state, parent, …</summary>
    private static string[] Stat(int process)
    {
        var text = File.ReadAllText($"/proc/{process}/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    /// <summary>Processor time of a process and of its children that ended, in hundredths of a second.</summary>
    private static long CpuTicks(int process) => Stat(process)[11..15].Sum(t => long.Parse(t, CultureInfo.InvariantCulture));

    private static bool IsRunning(StateDirectory state) => File.Exists(Path.Combine(state.Data, "postmaster.pid"));

    private static string ServerUid(StateDirectory state) =>
        File.ReadLines($"/proc/{state.ServerPid()}/status").Single(l => l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
}
