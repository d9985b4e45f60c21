using System.Runtime.InteropServices;

namespace Busker.Warehouse;

/// <summary>The part of DuckDB's C API (duckdb.h) that is used here. A state that is not 0 is a refusal.</summary>
internal static partial class DuckDbApi
{
    public const string Library = "duckdb";

    /// <summary><c>duckdb_result</c>; only its functions look inside.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Outcome
    {
        private readonly ulong _columnCount, _rowCount, _rowsChanged;
        private readonly IntPtr _columns, _errorMessage, _internalData;
    }

    [LibraryImport(Library, EntryPoint = "duckdb_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string? path, out IntPtr database);

    [LibraryImport(Library, EntryPoint = "duckdb_connect")]
    public static partial int Connect(IntPtr database, out IntPtr connection);

    [LibraryImport(Library, EntryPoint = "duckdb_disconnect")]
    public static partial void Disconnect(ref IntPtr connection);

    [LibraryImport(Library, EntryPoint = "duckdb_close")]
    public static partial void Close(ref IntPtr database);

    [LibraryImport(Library, EntryPoint = "duckdb_query", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Query(IntPtr connection, string sql, out Outcome result);

    [LibraryImport(Library, EntryPoint = "duckdb_result_error")]
    public static partial IntPtr ResultError(ref Outcome result);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_result")]
    public static partial void DestroyResult(ref Outcome result);

    [LibraryImport(Library, EntryPoint = "duckdb_appender_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AppenderCreate(IntPtr connection, string? schema, string table, out IntPtr appender);

    [LibraryImport(Library, EntryPoint = "duckdb_appender_error")]
    public static partial IntPtr AppenderError(IntPtr appender);

    [LibraryImport(Library, EntryPoint = "duckdb_append_varchar_length")]
    public static unsafe partial int AppendText(IntPtr appender, byte* text, ulong length);

    [LibraryImport(Library, EntryPoint = "duckdb_append_int64")]
    public static partial int AppendInt64(IntPtr appender, long value);

    [LibraryImport(Library, EntryPoint = "duckdb_append_bool")]
    public static partial int AppendBool(IntPtr appender, byte value);

    /// <param name="appender">an open appender</param>
    /// <param name="micros">a duckdb_timestamp is a struct of this one number: microseconds since 1970</param>
    [LibraryImport(Library, EntryPoint = "duckdb_append_timestamp")]
    public static partial int AppendTimestamp(IntPtr appender, long micros);

    [LibraryImport(Library, EntryPoint = "duckdb_append_null")]
    public static partial int AppendNull(IntPtr appender);

    [LibraryImport(Library, EntryPoint = "duckdb_appender_end_row")]
    public static partial int EndRow(IntPtr appender);

    [LibraryImport(Library, EntryPoint = "duckdb_appender_close")]
    public static partial int AppenderClose(IntPtr appender);

    [LibraryImport(Library, EntryPoint = "duckdb_appender_destroy")]
    public static partial int AppenderDestroy(ref IntPtr appender);
}
