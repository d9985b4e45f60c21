using Busker.Kernel;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Data;

/// <summary>The rows of an interactions file that lie inside the split, with users and items numbered densely.</summary>
internal sealed class RecsRows
{
    private readonly CsvFile _csv;
    private readonly string _userColumn, _itemColumn;
    private readonly double[]? _plays;
    private readonly int[] _rows, _users, _items;

    public RecsRows(CsvFile csv, string userColumn, string itemColumn, string? plays)
    {
        (_csv, _userColumn, _itemColumn) = (csv, userColumn, itemColumn);
        _plays = plays is null ? null : csv.Numbers(plays);
        Weak = csv.Numbers("weak");
        _rows = [.. Enumerable.Range(0, csv.Rows).Where(r => Weak[r] >= 0)];
        (_users, UserIds) = Dense(csv.Numbers(userColumn));
        (_items, ItemIds) = Dense(csv.Numbers(itemColumn));
    }

    public double[] Weak { get; }
    public int[] UserIds { get; }
    public int[] ItemIds { get; }

    /// <summary>The first thing wrong with the rows, or null.</summary>
    public Fault? Check()
    {
        var (user, item) = (_csv.Numbers(_userColumn), _csv.Numbers(_itemColumn));
        for (var r = 0; r < _csv.Rows; r++)
        {
            if (Weak[r] is not (-1 or 0 or 1 or 2)) return Bad(r, "weak", $"{Weak[r]} is not -1, 0, 1 or 2");
            if (!IsId(user[r])) return Bad(r, _userColumn, $"{user[r]} is not an id (a whole number from 0)");
            if (!IsId(item[r])) return Bad(r, _itemColumn, $"{item[r]} is not an id (a whole number from 0)");
            if (_plays is not null && !(_plays[r] > 0)) return Bad(r, "plays", $"{_plays[r]} is not a positive number of plays");
        }

        if (_rows.Length == 0) return new Fault(Code.InvalidArgument, "LEARNING_BAD_FILE", $"{_csv.Name}: no row has weak 0, 1 or 2", "weak");
        var seen = new HashSet<long>(_rows.Length);
        for (var k = 0; k < _rows.Length; k++)
            if (!seen.Add(((long)_users[k] << 32) | (uint)_items[k])) return Bad(_rows[k], _itemColumn, $"user {user[_rows[k]]} and item {item[_rows[k]]} appear twice");
        return Empty();
    }

    private Fault? Empty()
    {
        var known = new bool[UserIds.Length];
        var (train, test) = (false, false);
        for (var k = 0; k < _rows.Length; k++)
        {
            if (Weak[_rows[k]] == 0) known[_users[k]] = train = true;
            test |= Weak[_rows[k]] == 2;
        }

        if (!train) return new Fault(Code.InvalidArgument, "LEARNING_BAD_FILE", $"{_csv.Name}: no row has weak 0, so there is nothing to train on", "weak");
        if (!test) return new Fault(Code.InvalidArgument, "LEARNING_BAD_FILE", $"{_csv.Name}: no row has weak 2, so there is nothing to test on", "weak");
        for (var k = 0; k < _rows.Length; k++)
            if (!known[_users[k]]) return Bad(_rows[k], _userColumn, $"user {UserIds[_users[k]]} is empty: no row of this user has weak 0");
        return null;
    }

    /// <summary>−1 for what <see cref="Check"/> refuses.</summary>
    private static int Id(double value) => IsId(value) ? (int)value : -1;

    internal static bool IsId(double value) => value >= 0 && value <= int.MaxValue && value == Math.Floor(value);

    public Interactions Pick(Func<int, bool> keep)
    {
        var kept = Enumerable.Range(0, _rows.Length).Where(k => keep(_rows[k])).ToArray();
        return Interactions.From(UserIds.Length, ItemIds.Length, Array.ConvertAll(kept, k => _users[k]), Array.ConvertAll(kept, k => _items[k]),
            _plays is null ? default : Array.ConvertAll(kept, k => (float)_plays[_rows[k]]));
    }

    public int[] FoldOfUsers(double[] fold)
    {
        var folds = new int[UserIds.Length];
        for (var k = 0; k < _rows.Length; k++) folds[_users[k]] = (int)fold[_rows[k]];
        return folds;
    }

    private (int[] Dense, int[] Ids) Dense(double[] values)
    {
        var ids = _rows.Select(r => Id(values[r])).Distinct().Order().ToArray();
        return (Array.ConvertAll(_rows, r => Array.BinarySearch(ids, Id(values[r]))), ids);
    }

    private Fault Bad(int row, string column, string what) =>
        new(Code.InvalidArgument, "LEARNING_BAD_FILE", $"{_csv.Name}, row {row + 1}, column {column}: {what}", column);
}
