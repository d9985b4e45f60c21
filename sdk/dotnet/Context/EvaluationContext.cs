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

    private string[] _keys = new string[8];
    private int[] _hashes = new int[8];
    private AttributeValue[] _values = new AttributeValue[8];

    public EvaluationContext()
    {
    }

    public EvaluationContext(string targetingKey) => Set(TargetingKey, targetingKey);

    public int Count { get; private set; }

    public IEnumerable<KeyValuePair<string, AttributeValue>> Attributes
    {
        get
        {
            for (var i = 0; i < Count; i++) yield return new(_keys[i], _values[i]);
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
            if (Count == _keys.Length) Grow();
            at = Count++;
            _keys[at] = key;
            _hashes[at] = hash;
        }

        _values[at] = value;
        return this;
    }

    public void Clear() => Count = 0;

    /// <summary>The attribute, or one of kind Missing.</summary>
    public AttributeValue Get(string key) => Get(key, Hash(key));

    internal AttributeValue Get(string key, int hash)
    {
        var at = IndexOf(key, hash);
        return at < 0 ? default : _values[at];
    }

    internal static int Hash(string key)
    {
        var hash = (uint)key.Length;
        foreach (var c in key) hash = (hash ^ c) * 0x01000193;
        return (int)hash;
    }

    private int IndexOf(string key, int hash)
    {
        var start = 0;
        while (true)
        {
            var found = _hashes.AsSpan(start, Count - start).IndexOf(hash);
            if (found < 0) return -1;
            start += found;
            var candidate = _keys[start];
            if (ReferenceEquals(candidate, key) || string.Equals(candidate, key, StringComparison.Ordinal)) return start;
            start++;
        }
    }

    private void Grow()
    {
        Array.Resize(ref _keys, Count * 2);
        Array.Resize(ref _hashes, Count * 2);
        Array.Resize(ref _values, Count * 2);
    }
}
