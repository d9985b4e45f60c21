using System.Runtime.InteropServices;
using Busker.Kernel;

namespace Busker.Warehouse;

/// <summary>Finds the pinned library under <c>engines/</c> and loads it, once for the process.</summary>
internal static class DuckDbLibrary
{
    private static readonly Lock Gate = new();
    private static IntPtr _handle;

    /// <param name="engines">the directory of <c>engines/package.json</c>; null when nothing is installed</param>
    public static Result<bool> Load(string? engines)
    {
        lock (Gate)
        {
            if (engines is null || Find(engines) is not { } file) return Missing;
            if (_handle != 0) return true;
            if (!NativeLibrary.TryLoad(file, out var handle)) return Missing;
            _handle = handle;
            NativeLibrary.SetDllImportResolver(typeof(DuckDbLibrary).Assembly,
                static (name, _, _) => name == DuckDbApi.Library ? _handle : IntPtr.Zero);
            return true;
        }
    }

    /// <summary>The library that npm installed for this machine; null when there is none.</summary>
    public static string? Find(string engines)
    {
        var (os, file) = OperatingSystem.IsMacOS() ? ("darwin", "libduckdb.dylib") : ("linux", "libduckdb.so");
        var cpu = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        var path = Path.Combine(engines, "node_modules", "@duckdb", $"node-bindings-{os}-{cpu}", file);
        return File.Exists(path) ? path : null;
    }

    private static readonly Fault Missing = new(Code.FailedPrecondition, "WAREHOUSE_MISSING",
        "There is no DuckDB for this machine: run ./busker up once with npm present, so that the pinned library is installed.");
}
