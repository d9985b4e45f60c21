using FsCheck;
using FsCheck.Fluent;

namespace Busker.Storage.Tests;

public sealed class GroupModelTests
{
    /// <summary>The model: units one after the other, each request once.</summary>
    private static List<string> Expected(IReadOnlyList<Ask> asks)
    {
        var (used, answered) = (new Dictionary<string, long>(), new Dictionary<int, (Ask Ask, string Answer)>());
        var expected = new List<string>();
        foreach (var ask in asks)
        {
            string answer;
            if (answered.TryGetValue(ask.Request, out var first))
                answer = first.Ask == ask ? $"{first.Answer} again" : "REQUEST_ID_REUSED";
            else if (used.GetValueOrDefault(ask.Name) + ask.By > Ask.Limit) answer = "CAPPED";
            else
            {
                used[ask.Name] = used.GetValueOrDefault(ask.Name) + ask.By;
                answered[ask.Request] = (ask, answer = $"{used[ask.Name]}");
            }

            expected.Add(answer);
        }

        return expected;
    }

    private sealed record Ask(string Name, int By, int Request)
    {
        public const long Limit = 30;
        public byte Body => (byte)(((Name[0] - 'a') * 16) + By);
    }

    private static readonly Gen<Ask> AnAsk =
        from name in Gen.Elements("a", "b", "c") from step in Gen.Choose(1, 9) from request in Gen.Choose(1, 40) select new Ask(name, step, request);

    [Fact]
    public async Task Any_list_of_units_ends_as_if_they_had_come_one_after_the_other()
    {
        await using var room = await Room.OpenAsync();
        var run = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(40), Prop.ForAll(AnAsk.ListOf().ToArbitrary(), asks =>
        {
            run++;
            return ActualAsync(room, [.. asks], run).GetAwaiter().GetResult().SequenceEqual(Expected([.. asks]));
        }));
    }

    private static async Task<IEnumerable<string>> ActualAsync(Room room, List<Ask> asks, int run)
    {
        await using var group = CounterTable.Group(room.Db, new GroupLimits(Lanes: 1, BatchMax: 7));
        var answers = await Task.WhenAll(asks.Select(a =>
            group.SubmitAsync(new Count($"{a.Name}{run}", a.By, Ask.Limit), Room.Key($"{run}/{a.Request}", a.Body), default)));
        return answers.Select(a => a.Fault?.Reason ?? $"{a.Value.Answer.AmountMinor}{(a.Value.Replayed ? " again" : "")}");
    }
}
