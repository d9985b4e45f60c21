using FsCheck;
using FsCheck.Fluent;

namespace Busker.Storage.Tests;

/// <summary>The rule for gaps, against a model of transactions that draw positions, commit and roll back in any order.</summary>
public sealed class LogHorizonTests
{
    private sealed class Model
    {
        private readonly LogHorizon _horizon = new();
        private readonly List<(ulong Id, List<long> Drawn)> _open = [];
        private readonly SortedSet<long> _committed = [];
        private readonly List<long> _read = [];
        private ulong _nextId = 100;
        private long _nextPosition = 1;
        private long _cursor;

        public void Apply(int op)
        {
            var pick = _open.Count == 0 ? -1 : (op / 5) % _open.Count;
            switch (op % 5)
            {
                case 0: _open.Add((_nextId++, [])); break;
                case 1 when pick >= 0: _open[pick].Drawn.Add(_nextPosition++); break;
                case 2 when pick >= 0: Close(pick, commit: true); break;
                case 3 when pick >= 0: Close(pick, commit: false); break;
                case 4: Read(); break;
            }
        }

        public bool EndsWithEverythingOnceInOrder()
        {
            while (_open.Count > 0) Close(0, commit: true);
            for (var i = 0; i < 2 + _committed.Count; i++) Read();
            return _read.SequenceEqual(_committed);
        }

        private void Close(int pick, bool commit)
        {
            if (commit) _committed.UnionWith(_open[pick].Drawn);
            _open.RemoveAt(pick);
        }

        private void Read()
        {
            var seen = _committed.Where(p => p > _cursor).Take(4).ToList();
            if (seen.Count == 0) return;
            var oldest = _open.Count == 0 ? _nextId : _open.Min(o => o.Id);
            var final = _horizon.Final(_cursor, seen, oldest);
            _read.AddRange(seen.Take(final));
            if (final > 0) _cursor = seen[final - 1];
            if (final < seen.Count && _horizon.Asks(_cursor + 1)) _horizon.Note(seen[^1], _nextId++);
        }
    }

    [Fact]
    public void No_interleaving_of_commits_rollbacks_and_reads_skips_doubles_or_swaps_a_fact() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(
            Gen.Choose(0, 500).ListOf().ToArbitrary(), ops =>
            {
                var model = new Model();
                foreach (var op in ops) model.Apply(op);
                return model.EndsWithEverythingOnceInOrder();
            }));

    [Fact]
    public void A_gap_blocks_until_all_who_could_fill_it_are_gone()
    {
        var horizon = new LogHorizon();
        horizon.Final(0, [1, 3], oldest: 50).ShouldBe(1);
        horizon.Asks(2).ShouldBeTrue();
        horizon.Note(3, 60);
        horizon.Asks(2).ShouldBeFalse();
        horizon.Final(1, [3, 4, 9], oldest: 59).ShouldBe(0);
        horizon.Final(1, [3, 4, 9], oldest: 60).ShouldBe(2);
    }
}
