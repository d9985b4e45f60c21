using System.Text;

namespace Busker.FlagServer.Serving;

/// <summary>Attribute names seen before, so that reading a context makes no string for them. Bounded: a stranger's names do not pile up.</summary>
internal sealed class NameCache(int capacity)
{
    private const int Longest = 64;
    private readonly Lock _gate = new();
    private volatile Dictionary<string, string> _known = new(StringComparer.Ordinal);

    public string Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Longest) return Encoding.UTF8.GetString(utf8);
        Span<char> name = stackalloc char[Longest];
        name = name[..Encoding.UTF8.GetChars(utf8, name)];
        var known = _known;
        return known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var found) ? found : Add(name.ToString());
    }

    private string Add(string name)
    {
        if (_known.Count >= capacity) return name;
        lock (_gate) _known = new Dictionary<string, string>(_known, StringComparer.Ordinal) { [name] = name };
        return name;
    }
}
