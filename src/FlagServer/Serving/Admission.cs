using System.Collections.Concurrent;
using Busker.Flags;
using Busker.FlagServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Busker.FlagServer.Serving;

/// <summary>Who asks, and whether it asks too often.</summary>
internal sealed class Admission(FlagServerOptions options)
{
    private const string Scheme = "Bearer ";
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    /// <summary>By the header that carries the secret, as OFREP and flagd have it.</summary>
    public Caller? ByHeader(HttpContext http, Served served, out Refusal? refusal) => BySecret(Secret(http, served), served, out refusal);

    public Caller? BySecret(string? secret, Served served, out Refusal? refusal)
    {
        var caller = served.CallerOf(secret);
        refusal = caller is null ? string.IsNullOrEmpty(secret) ? Refusal.NoCredentials : Refusal.UnknownCredentials : Limit(caller);
        return refusal is null ? caller : null;
    }

    public static string? Secret(HttpContext http, Served served)
    {
        if (served.IsOpen) return null;
        var headers = http.Request.Headers;
        string? authorization = headers.Authorization;
        if (authorization is not null && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return authorization[Scheme.Length..];
        return headers["X-API-Key"];
    }

    private Refusal? Limit(Caller caller)
    {
        if (options.RequestsPerSecond is not { } perSecond) return null;
        var wait = _buckets.GetOrAdd(caller.Client, _ => new Bucket(perSecond)).Take(options.Clock, perSecond);
        return wait <= 0 ? null : new Refusal(429, "GENERAL", $"more than {perSecond} requests a second", (int)Math.Ceiling(wait));
    }

    private sealed class Bucket(double burst)
    {
        private readonly Lock _gate = new();
        private double _tokens = Math.Max(1, burst);
        private long _at;

        /// <summary>Seconds until there is room again; 0: there is.</summary>
        public double Take(TimeProvider clock, double perSecond)
        {
            lock (_gate)
            {
                var now = clock.GetTimestamp();
                if (_at != 0) _tokens = Math.Min(Math.Max(1, perSecond), _tokens + clock.GetElapsedTime(_at, now).TotalSeconds * perSecond);
                _at = now;
                if (_tokens < 1) return (1 - _tokens) / perSecond;
                _tokens--;
                return 0;
            }
        }
    }
}
