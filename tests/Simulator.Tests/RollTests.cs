using Busker.Simulator.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Busker.Simulator.Tests;

/// <summary>The list, the index and the agenda that grow by blocks, against the ones of the runtime.</summary>
public sealed class RollTests
{
    [Fact]
    public void A_roll_holds_what_a_list_holds() => Prop.ForAll(Gen.Choose(0, 9).ArrayOf().ToArbitrary(), moves =>
    {
        var (roll, list) = (new Roll<int>(), new List<int>());
        foreach (var move in moves)
        {
            for (var i = 0; i < 300; i++)
            {
                roll.Add(i * move);
                list.Add(i * move);
            }

            if (move == 7)
            {
                roll.RemoveAt(list.Count / 2);
                list.RemoveAt(list.Count / 2);
            }

            if (move < 2)
            {
                roll.Forget(move * 400);
                list.RemoveRange(0, Math.Max(0, list.Count - (move * 400)));
            }

            if (move == 5)
            {
                roll.RemoveLast();
                list.RemoveAt(list.Count - 1);
            }
        }

        roll.ShouldBe(list);
        Enumerable.Range(0, list.Count).ShouldAllBe(i => roll[i] == list[i]);
        Should.Throw<ArgumentOutOfRangeException>(() => roll[list.Count]);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void Places_find_what_a_dictionary_finds() => Prop.ForAll(Gen.Choose(0, 3_000).ArrayOf().ToArbitrary(), moves =>
    {
        var (places, byHash) = (new Places(), new List<uint>()); // the list's index is the place; hashes repeat
        foreach (var move in moves)
        {
            for (var i = 0; i < 40; i++)
            {
                var hash = unchecked((uint)(move % 50 * 256 * 64)) + (uint)(i % 7);
                places.Add(hash, byHash.Count);
                byHash.Add(hash);
            }

            if (move % 5 != 0 || byHash.Count == 0) continue;
            var gone = move % byHash.Count;
            places.Renumber(place => place == gone ? -1 : place > gone ? place - 1 : place);
            byHash.RemoveAt(gone);
        }

        foreach (var hash in byHash.Append(77u).Distinct())
        {
            var (found, probe) = (new List<int>(), 0);
            for (var place = places.Find(hash, ref probe); place >= 0; place = places.Find(hash, ref probe)) found.Add(place);
            found.Order().ShouldBe(Enumerable.Range(0, byHash.Count).Where(i => byHash[i] == hash));
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void An_agenda_gives_back_in_order_of_turn() => Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), turns =>
    {
        var agenda = new Agenda<int, int>();
        var rest = new List<int>();
        foreach (var turn in turns)
        {
            agenda.Add(unchecked(turn * 2), turn);
            rest.Add(turn);
            if (turn % 3 != 0) continue;
            Take();
        }

        while (rest.Count > 0) Take();
        agenda.Count.ShouldBe(0);

        void Take()
        {
            agenda.First.ShouldBe((unchecked(rest.Min() * 2), rest.Min()));
            agenda.RemoveFirst();
            rest.Remove(rest.Min());
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
}
