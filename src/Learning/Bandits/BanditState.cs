using Busker.Kernel;
using Busker.Learning.Numbers;

namespace Busker.Learning.Bandits;

/// <summary>What is known of each arm: the prior of its kind and its own successes and failures on top.</summary>
public sealed record BanditState(BetaPrior Prior, int[] ArmIds, long[] Successes, long[] Trials)
{
    /// <summary>Of the file format.</summary>
    public const int Version = 1;

    private static readonly SealedFile Format = new("BUSKBAND", Version, "bandit state");

    /// <summary>Thompson sampling that goes on from here; arms in the order of <see cref="ArmIds"/>.</summary>
    public BetaThompson Resume()
    {
        var bandit = new BetaThompson(ArmIds.Length, Prior);
        for (var a = 0; a < ArmIds.Length; a++) bandit.Count(a, Successes[a], Trials[a]);
        return bandit;
    }

    /// <summary>Replaces the file at the path; checksummed.</summary>
    public void Write(string path) => Format.Write(path, writer =>
    {
        writer.Write(Prior.Alpha);
        writer.Write(Prior.Beta);
        writer.WriteArray(ArmIds);
        writer.WriteArray(Successes);
        writer.WriteArray(Trials);
    });

    /// <summary>Refuses what is cut short, altered, of another kind or version.</summary>
    public static Result<BanditState> Read(string path) => Format.Read(path, reader =>
        new BanditState(new BetaPrior(reader.ReadDouble(), reader.ReadDouble()), reader.ReadArray<int>(), reader.ReadArray<long>(), reader.ReadArray<long>()));
}
