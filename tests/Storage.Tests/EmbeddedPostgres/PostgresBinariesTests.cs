namespace Busker.Storage.Tests;

public sealed class PostgresBinariesTests
{
    [Fact]
    public void The_newest_complete_server_is_chosen()
    {
        using var state = new StateDirectory();
        Plant(state, "a", 15);
        Plant(state, "b", 17);
        Plant(state, "c", 16);
        var incomplete = Plant(state, "d", 18);
        File.Delete(Path.Combine(incomplete, "initdb"));
        PostgresBinaries.NewestOf(Directory.GetDirectories(state.Home)).Value.Major.ShouldBe(17);
    }

    [Fact]
    public void A_server_older_than_15_is_refused_with_its_version()
    {
        using var state = new StateDirectory();
        Plant(state, "a", 14);
        var fault = PostgresBinaries.NewestOf(Directory.GetDirectories(state.Home)).Fault.ShouldNotBeNull();
        fault.Reason.ShouldBe("POSTGRES_TOO_OLD");
        fault.Message.ShouldContain("14");
    }

    [Fact]
    public void No_server_at_all_is_one_sentence_that_says_what_to_do() =>
        PostgresBinaries.NewestOf([]).Fault.ShouldNotBeNull().Message.ShouldContain("install PostgreSQL 15 or newer");

    private static string Plant(StateDirectory state, string name, int major)
    {
        var directory = Directory.CreateDirectory(Path.Combine(state.Home, name)).FullName;
        var postgres = Path.Combine(directory, "postgres");
        File.WriteAllText(postgres, $"#!/bin/sh\necho 'postgres (PostgreSQL) {major}.2'\n");
        File.SetUnixFileMode(postgres, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(directory, "initdb"), "");
        return directory;
    }
}
