namespace Busker.Learning.Rerank;

/// <summary>
/// The shortest chain of exchanges that gives an item one more showing: a listener shows it in place of a second item, another shows the second
/// in place of a third, …, and the last item given up can spare a showing. Found breadth first, so a place is found whenever there is
/// one (Ford and Fulkerson 1956); within a step the listener who loses least takes part.
/// </summary>
internal sealed class ExchangeChain(Action<int, float[]> scores, int[][] lists, int[] floors, int[] exposure)
{
    private readonly (int From, int Listener, float Loss)[] _reached = Unreached(floors.Length);

    /// <summary>Makes the exchanges; false when no chain exists, and then no lists at all could show the item once more.</summary>
    public bool Place(int item)
    {
        int[] frontier = [item];
        _reached[item] = (item, -1, 0);
        while (frontier.Length > 0)
        {
            frontier = Step(frontier);
            var spare = frontier.Where(j => floors[j] == 0 || exposure[j] > floors[j]).ToArray();
            if (spare.Length == 0) continue;
            Exchange(item, spare.MinBy(j => _reached[j].Loss));
            return true;
        }

        return false;
    }

    /// <summary>Items not reached before that somebody could give up for one of the frontier.</summary>
    private int[] Step(int[] frontier)
    {
        var (found, own) = (new SortedSet<int>(), new float[floors.Length]);
        for (var u = 0; u < lists.Length; u++)
        {
            scores(u, own);
            foreach (var i in frontier)
            {
                if (!float.IsFinite(own[i]) || lists[u].Contains(i)) continue;
                foreach (var j in lists[u])
                {
                    var loss = _reached[i].Loss + own[j] - own[i];
                    if (_reached[j].From >= 0 && !(found.Contains(j) && loss < _reached[j].Loss)) continue;
                    _reached[j] = (i, u, loss);
                    found.Add(j);
                }
            }
        }

        return [.. found];
    }

    private void Exchange(int item, int last)
    {
        exposure[item]++;
        exposure[last]--;
        for (var j = last; j != item; j = _reached[j].From)
        {
            var list = lists[_reached[j].Listener];
            list[Array.IndexOf(list, j)] = _reached[j].From;
        }
    }

    private static (int From, int Listener, float Loss)[] Unreached(int items)
    {
        var none = new (int, int, float)[items];
        Array.Fill(none, (-1, -1, 0));
        return none;
    }
}
