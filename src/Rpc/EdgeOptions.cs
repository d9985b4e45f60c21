namespace Busker.Rpc;

/// <summary>What an operator may set about the edge. The defaults are safe.</summary>
public sealed class EdgeOptions
{
    /// <summary>Largest message accepted, in bytes, also after decompression. Larger ones get RESOURCE_EXHAUSTED.</summary>
    public int MessageBytesMax { get; set; } = 4 * 1024 * 1024;

    /// <summary>Browser origins that may call (<c>https://console.example.com</c>); <c>*</c> allows all. Empty: same origin only.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>The longest a unary call may take when the caller names no deadline.</summary>
    public TimeSpan TimeMax { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long calls in flight may go on after the host was asked to stop.</summary>
    public TimeSpan DrainTimeMax { get; set; } = TimeSpan.FromSeconds(20);
}
