using Busker.Kernel;
using Npgsql;

namespace Busker.Storage;

/// <summary>A server that somebody else runs, named by <c>--postgres</c>.</summary>
public static class OutsidePostgres
{
    /// <summary>The connection string in normal form, once the server has answered and is new enough.</summary>
    public static async Task<Result<string>> CheckAsync(string connectionString, CancellationToken ct)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(FromUri(connectionString));
            if (string.IsNullOrEmpty(builder.Host)) throw new ArgumentException("it names no host");
        }
        catch (ArgumentException e)
        {
            return new Fault(Code.InvalidArgument, "POSTGRES_CONNECTION_STRING", $"--postgres is not a connection string: {e.Message}", "postgres");
        }

        try
        {
            await using var connection = new NpgsqlConnection(builder.ConnectionString);
            await connection.OpenAsync(ct);
            return connection.PostgreSqlVersion.Major >= PostgresBinaries.MajorMin
                ? builder.ConnectionString
                : TooOld(connection.PostgreSqlVersion.Major);
        }
        catch (NpgsqlException e)
        {
            return new Fault(Code.Unavailable, "POSTGRES_UNREACHABLE",
                $"The server named by --postgres does not let us in: {(e.InnerException ?? e).Message}");
        }
    }

    /// <summary><c>postgres://user:password@host:port/database</c> is what every other tool takes.</summary>
    private static string FromUri(string text)
    {
        if (!text.StartsWith("postgres://", StringComparison.Ordinal) && !text.StartsWith("postgresql://", StringComparison.Ordinal)) return text;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)) throw new ArgumentException("the address cannot be read");
        var user = uri.UserInfo.Split(':', 2);
        return new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.IsDefaultPort || uri.Port < 0 ? 5432 : uri.Port,
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length == 2 ? Uri.UnescapeDataString(user[1]) : null,
            Database = uri.AbsolutePath.Trim('/') is { Length: > 0 } database ? database : null,
        }.ConnectionString;
    }

    internal static Fault TooOld(int major) => new(Code.FailedPrecondition, "POSTGRES_TOO_OLD",
        $"The server named by --postgres is PostgreSQL {major}, and Busker needs {PostgresBinaries.MajorMin} or newer.");
}
