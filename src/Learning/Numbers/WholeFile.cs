namespace Busker.Learning.Numbers;

/// <summary>Files that are there whole or not at all: written beside, renamed when done.</summary>
public static class WholeFile
{
    /// <summary>Replaces the file at <paramref name="path"/> by what <paramref name="body"/> writes; if that fails, what was there stays.</summary>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written to.</exception>
    public static void Write(string path, Action<FileStream> body)
    {
        var part = path + ".part";
        try
        {
            using (var file = new FileStream(part, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 20)) body(file);
            File.Move(part, path, overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(part);
            throw;
        }
    }

    /// <summary>The same for bytes at hand.</summary>
    public static void Write(string path, ReadOnlyMemory<byte> bytes) => Write(path, file => file.Write(bytes.Span));
}
