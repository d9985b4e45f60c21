namespace Busker.Learning.Recommend;

/// <summary>How the row systems of <see cref="Ials"/> are solved.</summary>
public enum IalsSolver
{
    /// <summary>Three warm-started conjugate gradient steps: as good as exact within seed noise, and the fastest.</summary>
    ConjugateGradient,

    /// <summary>Exact, O(d³) a row.</summary>
    Cholesky,

    /// <summary>Subspace blocks (Rendle et al. 2021, iALS++): O(d·b²) a row.</summary>
    Blocks,
}

/// <summary>Hyper-parameters of implicit matrix factorisation, named as in Rendle et al. 2021.</summary>
/// <param name="Dimensions">d, a multiple of 8.</param>
/// <param name="Unobserved">α₀, the weight of every pair that was not observed.</param>
/// <param name="Regularization">λ.</param>
/// <param name="FrequencyScaling">ν: 1 scales the penalty with how often a row occurs, 0 does not.</param>
/// <param name="Epochs">Alternations of users and items.</param>
/// <param name="BlockSize">b, for <see cref="IalsSolver.Blocks"/>.</param>
public sealed record IalsSettings(
    int Dimensions = 64, float Unobserved = 0.1f, float Regularization = 0.01f, float FrequencyScaling = 1f,
    int Epochs = 16, IalsSolver Solver = IalsSolver.ConjugateGradient, int Steps = 3, int BlockSize = 64)
{
    /// <summary>
    /// α of the confidence of a pair by its plays, c = (1 + α·ln(1 + plays/median))/mean (Hu, Koren and Volinsky 2008, scaled so that the
    /// mean is 1 and α₀ keeps its meaning). 0 looks at what was heard and not how often; null takes weights as they are.
    /// </summary>
    public float? Confidence { get; init; }

    /// <exception cref="ArgumentException">A setting outside its range, named.</exception>
    public void Check()
    {
        if (Dimensions is < 8 or > 4096 || Dimensions % 8 != 0) throw new ArgumentException($"Dimensions is {Dimensions}; it must be a multiple of 8 from 8 to 4096");
        if (!(Unobserved > 0)) throw new ArgumentException($"Unobserved is {Unobserved}; it must be positive");
        if (!(Regularization > 0)) throw new ArgumentException($"Regularization is {Regularization}; it must be positive");
        if (Confidence is { } alpha && !(alpha >= 0 && float.IsFinite(alpha))) throw new ArgumentException($"Confidence is {alpha}; it must not be negative");
        if (Epochs < 1) throw new ArgumentException($"Epochs is {Epochs}; it must be at least 1");
        if (BlockSize < 8 || BlockSize % 8 != 0) throw new ArgumentException($"BlockSize is {BlockSize}; it must be a multiple of 8");
    }
}
