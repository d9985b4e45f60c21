using System.Collections.Concurrent;
using Busker.Learning.Algebra;
using Busker.Learning.Numbers;

namespace Busker.Learning.Recommend;

/// <summary>
/// Implicit matrix factorisation by alternating least squares, in the form of Rendle, Krichene, Zhang and Koren 2021:
/// Σ_S c(⟨w,h⟩ − 1)² + α₀ Σ_{u,i} ⟨w,h⟩² + λ[Σ_u (|I_u| + α₀|I|)^ν ‖w_u‖² + Σ_i (|U_i| + α₀|U|)^ν ‖h_i‖²].
/// Same seed, same bits, whatever the number of threads. O(|S|·d + (U + I)·d²) an epoch.
/// </summary>
public sealed partial class Ials : IGenerator, IExplains
{
    private readonly IalsSettings _settings;
    private readonly float[] _itemGram; // α₀HᵀH
    private readonly ConcurrentBag<IalsRow> _rows = [];

    private readonly PlayConfidence _confidence;

    private Ials(IalsSettings settings, PlayConfidence confidence, float[] userFactors, float[] itemFactors, float[] itemGram)
    {
        (_settings, _confidence, UserFactors, ItemFactors, _itemGram) = (settings, confidence, userFactors, itemFactors, itemGram);
        (Users, Items) = (userFactors.Length / settings.Dimensions, itemFactors.Length / settings.Dimensions);
    }

    public string Name => "iALS";
    public int Users { get; }
    public int Items { get; }

    /// <summary>d of the factors.</summary>
    public int Dimensions => _settings.Dimensions;

    /// <summary>U × d, row-major.</summary>
    public float[] UserFactors { get; }

    /// <summary>I × d, row-major.</summary>
    public float[] ItemFactors { get; }

    /// <param name="progress">Called after each epoch with its number, from 1.</param>
    public static Ials Train(Interactions data, IalsSettings settings, ulong seed, Lanes? lanes = null, Action<int>? progress = null)
    {
        settings.Check();
        lanes ??= Lanes.One;
        var d = settings.Dimensions;
        var confidence = PlayConfidence.Of(data, settings.Confidence);
        data = data.Replace(confidence.Apply(data.Weights));
        var byItem = data.Transpose();
        var users = Initial(data.Users, d, new Rng(seed).Fork(1));
        var items = Initial(data.Items, d, new Rng(seed).Fork(2));
        using var rows = new ThreadLocal<IalsRow>(() => new IalsRow(d));
        var gram = new float[d * d];
        for (var epoch = 1; epoch <= settings.Epochs; epoch++)
        {
            Gram(items, data.Items, d, settings.Unobserved, gram, lanes);
            Alternate(data, users, items, gram, settings, rows, lanes);
            Gram(users, data.Users, d, settings.Unobserved, gram, lanes);
            Alternate(byItem, items, users, gram, settings, rows, lanes);
            progress?.Invoke(epoch);
        }

        Gram(items, data.Items, d, settings.Unobserved, gram, lanes);
        return new Ials(settings, confidence, users, items, gram);
    }

    private static float[] Initial(int rows, int d, Rng rng)
    {
        var scale = 0.1 / Math.Sqrt(d);
        var factors = new float[rows * d];
        for (var i = 0; i < factors.Length; i++) factors[i] = (float)(scale * rng.NextGaussian());
        return factors;
    }

    private static void Gram(float[] factors, int rows, int d, float weight, float[] gram, Lanes lanes)
    {
        Array.Clear(gram);
        var f = new Window(factors, 0, d, 1);
        Gemm.Add(f.Transposed, f, new Window(gram, 0, d, 1), d, d, rows, weight, lanes: lanes);
    }

    private static void Alternate(Interactions data, float[] factors, float[] other, float[] gram, IalsSettings settings, ThreadLocal<IalsRow> rows, Lanes lanes)
    {
        const int Chunk = 32;
        var order = LongestFirst(data);
        void Work(int chunk)
        {
            var row = rows.Value!;
            for (var k = chunk * Chunk; k < Math.Min(order.Length, (chunk + 1) * Chunk); k++)
                Solve(row, settings, data.Items, data.ItemsOf(order[k]), data.WeightsOf(order[k]), other, gram, factors.AsSpan(order[k] * settings.Dimensions, settings.Dimensions));
        }

        var chunks = (order.Length + Chunk - 1) / Chunk;
        lanes.For(chunks, Work);
    }

    private static int[] LongestFirst(Interactions data)
    {
        var order = new int[data.Users];
        var length = new int[data.Users];
        for (var u = 0; u < order.Length; u++) (order[u], length[u]) = (u, -data.Length(u));
        Array.Sort(length, order);
        return order;
    }

    private static void Solve(
        IalsRow row, IalsSettings settings, int others, ReadOnlySpan<int> items, ReadOnlySpan<float> weights, float[] factors, float[] gram, Span<float> w)
    {
        var ridge = settings.Regularization * MathF.Pow(items.Length + settings.Unobserved * others, settings.FrequencyScaling);
        if (items.Length == 0) w.Clear();
        else if (settings.Solver == IalsSolver.Cholesky) row.Exact(factors, items, weights, gram, ridge, w);
        else if (settings.Solver == IalsSolver.Blocks) row.Blocks(factors, items, weights, gram, ridge, Math.Min(settings.BlockSize, settings.Dimensions), w);
        else row.Conjugate(factors, items, weights, gram, ridge, settings.Steps, w);
    }

    /// <summary>The exact user vector of any history: the solve of training, from nothing. d floats.</summary>
    public void FoldIn(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> vector)
    {
        if (!_rows.TryTake(out var row)) row = new IalsRow(Dimensions);
        if (history.IsEmpty) vector.Clear();
        else row.Exact(ItemFactors, history, _confidence.Apply(weights), _itemGram, Ridge(history.Length), vector);
        _rows.Add(row);
    }

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        Span<float> vector = stackalloc float[Dimensions];
        FoldIn(history, weights, vector);
        Vectors.MultiplyRows(ItemFactors, vector, scores);
    }

    /// <summary>Many listeners at once go through one matrix product.</summary>
    public void ScoreMany(Interactions histories, int from, int to, Span<float> scores)
    {
        var vectors = new float[(to - from) * Dimensions];
        for (var u = from; u < to; u++) FoldIn(histories.ItemsOf(u), histories.WeightsOf(u), vectors.AsSpan((u - from) * Dimensions, Dimensions));
        var target = System.Buffers.ArrayPool<float>.Shared.Rent((to - from) * Items);
        Array.Clear(target, 0, (to - from) * Items);
        Gemm.Add(new Window(vectors, 0, Dimensions, 1), new Window(ItemFactors, 0, Dimensions, 1).Transposed, new Window(target, 0, Items, 1), to - from, Items, Dimensions);
        target.AsSpan(0, (to - from) * Items).CopyTo(scores);
        System.Buffers.ArrayPool<float>.Shared.Return(target);
    }

    /// <summary>
    /// Each history item's share of the score of <paramref name="item"/>: score = Σⱼ cⱼ hᵢᵀA⁻¹hⱼ (Hu, Koren and Volinsky 2008).
    /// The shares sum to the score.
    /// </summary>
    public void Explain(int item, ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> shares)
    {
        var row = new IalsRow(Dimensions);
        var trust = _confidence.Apply(weights);
        var matrix = row.Matrix(ItemFactors, history, trust, _itemGram, Ridge(history.Length)).ToArray();
        var direction = ItemFactors.AsSpan(item * Dimensions, Dimensions).ToArray();
        Cholesky.SolveSmall(matrix, Dimensions, direction);
        for (var j = 0; j < history.Length; j++)
            shares[j] = trust[j] * Vectors.Dot(direction, ItemFactors.AsSpan(history[j] * Dimensions, Dimensions));
    }

    /// <summary>M = α₀WᵀW + λ(α₀|U|)^ν I, d×d: what an item nobody has heard is held by. For <see cref="ColdItem"/>.</summary>
    public float[] ItemBase()
    {
        var m = new float[Dimensions * Dimensions];
        Gram(UserFactors, Users, Dimensions, _settings.Unobserved, m, Lanes.One);
        var ridge = _settings.Regularization * MathF.Pow(_settings.Unobserved * Users, _settings.FrequencyScaling);
        for (var i = 0; i < Dimensions; i++) m[i * Dimensions + i] += ridge;
        return m;
    }

    /// <summary>A listener to be kept up to date event by event.</summary>
    public LiveListener Listen() => new(this, _itemGram);

    internal float Trust(float plays) => _confidence.Apply([plays])[0];

    internal float Ridge(int length) =>
        _settings.Regularization * MathF.Pow(length + _settings.Unobserved * Items, _settings.FrequencyScaling);
}
