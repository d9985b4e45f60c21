namespace Busker.Storage.Tests;

public sealed class StartFailureTests
{
    [Theory]
    [InlineData("FATAL:  could not write to file: No space left on device", "DISK_FULL")]
    [InlineData("FATAL:  data directory has wrong ownership", "DATA_NOT_OURS")]
    [InlineData("initdb: error: could not access directory: Permission denied", "DATA_NOT_OURS")]
    [InlineData("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "NO_MEMORY")]
    [InlineData("LOG:  could not bind IPv4 address: Address already in use", "PORT_TAKEN")]
    [InlineData("HINT:  Is another postmaster (PID 7) running: is another postmaster", "DATA_IN_USE")]
    [InlineData("noise\nFATAL:  the moon is wrong\nLOG: shut down", "POSTGRES_FAILED")]
    [InlineData("", "POSTGRES_FAILED")]
    public void What_the_server_wrote_becomes_one_sentence(string log, string reason)
    {
        var fault = StartFailure.Explain(log, "/state");
        fault.Reason.ShouldBe(reason);
        fault.Message.ShouldNotContain('\n');
        if (log.Contains("moon", StringComparison.Ordinal)) fault.Message.ShouldContain("the moon is wrong");
    }
}
