namespace Busker.Learning.Numbers;

/// <summary>Lines of a byte stream without a string for each: the span lives until the next call.</summary>
internal sealed class LineReader(Stream stream)
{
    private byte[] _buffer = new byte[1 << 16];
    private int _start, _end;
    private bool _done;

    public bool Next(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length < 0 && !_done)
            {
                Fill();
                continue;
            }

            if (_start == _end)
            {
                line = default;
                return false;
            }

            var taken = length < 0 ? _end - _start : length;
            line = _buffer.AsSpan(_start, taken).TrimEnd((byte)'\r');
            _start += length < 0 ? taken : taken + 1;
            if (line.IsEmpty) continue;
            return true;
        }
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _done = read == 0;
    }
}
