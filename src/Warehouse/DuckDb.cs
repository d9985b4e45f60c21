using System.Runtime.InteropServices;
using System.Text;

namespace Busker.Warehouse;

/// <summary>A DuckDB that refused a statement; its message says why.</summary>
internal sealed class DuckDbException(string message) : Exception(message);

/// <summary>
/// A DuckDB in memory and one connection to it, through its C API. Reaches no network and loads no extension. Not for
/// several threads at once.
/// </summary>
internal sealed class DuckDb : IDisposable
{
    private IntPtr _database;
    private IntPtr _connection;

    /// <param name="spill">where it may put what does not fit into its memory</param>
    /// <param name="memoryBytes">how much memory it may take</param>
    public DuckDb(string spill, long memoryBytes)
    {
        if (DuckDbApi.Open(null, out _database) != 0) throw new DuckDbException("DuckDB does not open a database in memory.");
        if (DuckDbApi.Connect(_database, out _connection) != 0) throw new DuckDbException("DuckDB does not connect to itself.");
        // One thread: the file is the same for the same rows, and the host's cores stay with its callers.
        Run($"""
            set autoinstall_known_extensions = false; set autoload_known_extensions = false;
            set threads = 1; set preserve_insertion_order = true;
            set memory_limit = '{memoryBytes / 1024}KiB'; set temp_directory = {Quoted(spill)}
            """);
    }

    /// <summary>A text as a literal of SQL.</summary>
    public static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>Runs statements.</summary>
    /// <exception cref="DuckDbException">One was refused.</exception>
    public void Run(string sql)
    {
        var failed = DuckDbApi.Query(_connection, sql, out var result) != 0;
        var said = failed ? Marshal.PtrToStringUTF8(DuckDbApi.ResultError(ref result)) : null;
        DuckDbApi.DestroyResult(ref result);
        if (failed) throw new DuckDbException(said ?? "DuckDB refused a statement without saying why.");
    }

    public DuckDbAppender Append(string table) => new(_connection, table);

    public void Dispose()
    {
        if (_connection != 0) DuckDbApi.Disconnect(ref _connection);
        if (_database != 0) DuckDbApi.Close(ref _database);
    }
}

/// <summary>Puts rows into a table without SQL. What is appended is there after <see cref="Finish"/>.</summary>
internal sealed class DuckDbAppender : IDisposable
{
    private IntPtr _appender;
    private byte[] _text = new byte[256];

    public DuckDbAppender(IntPtr connection, string table)
    {
        if (DuckDbApi.AppenderCreate(connection, null, table, out _appender) != 0) throw Refused();
    }

    public unsafe void Text(string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_text.Length < most) _text = new byte[most];
        var length = Encoding.UTF8.GetBytes(text, _text);
        fixed (byte* at = _text) Check(DuckDbApi.AppendText(_appender, at, (ulong)length));
    }

    public void Whole(long number) => Check(DuckDbApi.AppendInt64(_appender, number));

    public void Flag(bool flag) => Check(DuckDbApi.AppendBool(_appender, flag ? (byte)1 : (byte)0));

    public void Moment(DateTimeOffset moment) =>
        Check(DuckDbApi.AppendTimestamp(_appender, (moment.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond));

    public void Missing() => Check(DuckDbApi.AppendNull(_appender));

    public void EndRow() => Check(DuckDbApi.EndRow(_appender));

    public void Finish() => Check(DuckDbApi.AppenderClose(_appender));

    public void Dispose()
    {
        if (_appender != 0) _ = DuckDbApi.AppenderDestroy(ref _appender);
    }

    private void Check(int state)
    {
        if (state != 0) throw Refused();
    }

    private DuckDbException Refused() =>
        new((_appender == 0 ? null : Marshal.PtrToStringUTF8(DuckDbApi.AppenderError(_appender))) ?? "DuckDB refused a row.");
}
