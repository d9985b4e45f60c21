using System.Numerics;

namespace Busker.Flags;

/// <summary>
/// What is known of the caller's user: attributes, possibly nested. Build it once per request, resolve many flags with
/// it. Not safe for writers and readers at the same time.
/// </summary>
public sealed class EvaluationContext
{
    public const string TargetingKey = "targeting_key";

    /// <summary>What conditions name to read the clock.</summary>
    public const string Now = "$now";

    /// <summary>Nesting beyond this is refused by the readers of JSON.</summary>
    public const int MaxDepth = 16;

    /// <summary>Beyond so many attributes they are found by an index, below it by their hashes side by side.</summary>
    private const int Few = 16;

    private Attribute[] _attributes = new Attribute[8];
    private int[] _hashes = new int[8];

    // Open addressing, a power of two: a hash, and the place of its attribute plus one. 0: nothing.
    private ulong[] _index = [];

    public EvaluationContext()
    {
    }

    public EvaluationContext(string targetingKey) => Set(TargetingKey, targetingKey);

    public int Count { get; private set; }

    public IEnumerable<KeyValuePair<string, AttributeValue>> Attributes
    {
        get
        {
            for (var i = 0; i < Count; i++) yield return new(_attributes[i].Key, _attributes[i].Value);
        }
    }

    public EvaluationContext Set(string key, string? value) => Set(key, AttributeValue.Of(value));

    public EvaluationContext Set(string key, double value) => Set(key, AttributeValue.Of(value));

    public EvaluationContext Set(string key, bool value) => Set(key, AttributeValue.Of(value));

    public EvaluationContext Set(string key, EvaluationContext value) => Set(key, AttributeValue.Of(value));

    public EvaluationContext Set(string key, params string[] values) =>
        Set(key, AttributeValue.Of([.. values.Select(v => AttributeValue.Of(v))]));

    public EvaluationContext Set(string key, AttributeValue value)
    {
        var hash = Hash(key);
        var at = IndexOf(key, hash);
        if (at < 0)
        {
            if (Count == _attributes.Length) Grow();
            at = Count++;
            _attributes[at].Key = key;
            _hashes[at] = hash;
            if (Count > Few) AddToIndex(at);
        }

        _attributes[at].Value = value;
        return this;
    }

    public void Clear() => Count = 0;

    /// <summary>The attribute, or one of kind Missing.</summary>
    public AttributeValue Get(string key) => Get(key, Hash(key));

    internal AttributeValue Get(string key, int hash)
    {
        var at = IndexOf(key, hash);
        return at < 0 ? default : _attributes[at].Value;
    }

    /// <param name="place">Where the caller found it last, in whatever context: most are built in one order.</param>
    internal AttributeValue Get(string key, int hash, ref int place)
    {
        var last = place;
        if ((uint)last < (uint)Count && Is(last, key)) return _attributes[last].Value;
        var at = IndexOf(key, hash);
        if (at < 0) return default;
        place = at;
        return _attributes[at].Value;
    }

    internal static int Hash(string key)
    {
        var hash = (uint)key.Length;
        foreach (var c in key) hash = (hash ^ c) * 0x01000193;
        return (int)hash;
    }

    private int IndexOf(string key, int hash)
    {
        if (Count > Few) return Indexed(key, hash);
        var start = 0;
        while (true)
        {
            var found = _hashes.AsSpan(start, Count - start).IndexOf(hash);
            if (found < 0) return -1;
            start += found;
            if (Is(start, key)) return start;
            start++;
        }
    }

    private int Indexed(string key, int hash)
    {
        var mask = _index.Length - 1;
        for (var i = hash & mask; _index[i] is not 0 and var slot; i = (i + 1) & mask)
        {
            if ((int)(slot >> 32) == hash && Is((int)(uint)slot - 1, key)) return (int)(uint)slot - 1;
        }

        return -1;
    }

    private bool Is(int at, string key)
    {
        var candidate = _attributes[at].Key;
        return ReferenceEquals(candidate, key) || string.Equals(candidate, key, StringComparison.Ordinal);
    }

    private void AddToIndex(int at)
    {
        var first = at == Few || Count * 2 > _index.Length ? 0 : at;
        if (first == 0)
        {
            if (Count * 2 > _index.Length) _index = new ulong[(int)BitOperations.RoundUpToPowerOf2((uint)Count * 4)];
            else Array.Clear(_index);
        }

        var mask = _index.Length - 1;
        for (var n = first; n <= at; n++)
        {
            var i = _hashes[n] & mask;
            while (_index[i] != 0) i = (i + 1) & mask;
            _index[i] = ((ulong)(uint)_hashes[n] << 32) | (uint)(n + 1);
        }
    }

    private void Grow()
    {
        Array.Resize(ref _attributes, Count * 2);
        Array.Resize(ref _hashes, Count * 2);
    }

    private struct Attribute
    {
        public string Key;
        public AttributeValue Value;
    }
}
