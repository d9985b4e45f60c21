using Busker.Common.V1;
using Busker.Kernel;

namespace Busker.Rpc;

/// <summary>One page of a list that is read by key: where it begins, how many rows it shows, and what follows.</summary>
public readonly record struct Page
{
    private readonly string _filter;
    private readonly int _size;

    private Page(string after, int size, string filter) => (After, _size, _filter) = (after, size, filter);

    /// <param name="asked">the request's page; null means the first, of the usual size</param>
    /// <param name="filter">method and every filter field of the request, in one text: a token serves only the same again</param>
    public static Result<Page> Of(PageRequest? asked, string filter)
    {
        var size = PageSize.Of(asked?.PageSize ?? 0);
        if (size.Fault is { } wrong) return wrong;
        var after = PageToken.Read(asked?.PageToken ?? "", filter);
        return after.Fault is { } bad ? bad : new Page(after.Value, size.Value, filter);
    }

    /// <summary>The key of the last row before this page; "" on the first.</summary>
    public string After { get; }

    /// <summary>The same for a list by ascending id.</summary>
    public Guid Above => After.Length == 0 ? Guid.Empty : Guid.Parse(After);

    /// <summary>The same for a list by descending id.</summary>
    public Guid Below => After.Length == 0 ? Guid.AllBitsSet : Guid.Parse(After);

    /// <summary>How many rows to read: one more than are shown, which tells whether there is a next page.</summary>
    public int Most => _size + 1;

    /// <returns>The rows to show, and the token of the next page: "" on the last.</returns>
    public (IReadOnlyList<T> Shown, string NextToken) Cut<T>(IReadOnlyList<T> read, Func<T, string> key)
    {
        if (read.Count <= _size) return (read, "");
        var shown = read.Take(_size).ToList();
        return (shown, PageToken.After(key(shown[^1]), _filter));
    }
}
