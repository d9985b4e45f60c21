namespace Busker.Learning.Trees;

/// <summary>First and second derivative of a loss in the margin, row by row.</summary>
internal interface ILoss
{
    /// <summary>The constant margin that minimises the weighted loss.</summary>
    double Start();

    /// <summary>Fills gradient and hessian (weights included) for rows from … to − 1.</summary>
    void Derive(double[] margins, float[] gradients, float[] hessians, int from, int to);

    /// <summary>Mean weighted loss, lower is better.</summary>
    double Mean(double[] margins);

    /// <summary>Ranges handed to <see cref="Derive"/> start and end at these rows when not null (query boundaries).</summary>
    int[]? Bounds { get; }
}
