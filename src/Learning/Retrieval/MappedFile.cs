using System.IO.MemoryMappedFiles;

namespace Busker.Learning.Retrieval;

/// <summary>
/// A file in the address space, read only: pages come from the system's cache when they are touched and are shared between processes. Held
/// by whatever points into it; unmapped when nothing does.
/// </summary>
internal sealed unsafe class MappedFile
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _first;

    public MappedFile(string path)
    {
        Length = new FileInfo(path).Length;
        _map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _first);
    }

    ~MappedFile()
    {
        if (_first == null) return; // could not be mapped
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }

    public long Length { get; }

    /// <summary>Where the byte at this place of the file is.</summary>
    public T* At<T>(long place) where T : unmanaged => (T*)(_first + _view.PointerOffset + place);
}
