using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Busker.Caps;
using Busker.Entitlements.V1;

namespace Busker.Bench.Caps;

/// <summary>One of the callers of a <see cref="CapClient"/> that they share. The last to leave closes it.</summary>
internal sealed class GatheredCaller(CapClient client, HttpClient? http, int caller) : ICaller
{
    private uint _next = Wire.Seed(caller);

    public static IReadOnlyList<ICaller> Share(Uri host, int callers)
    {
        var http = new HttpClient { BaseAddress = host, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", "bench") } };
        var client = new CapClient(http, new CapClientLimits(BatchMax: Math.Max(32, callers / 2)));
        return [.. Enumerable.Range(0, callers).Select(c => new GatheredCaller(client, c == callers - 1 ? http : null, c))];
    }

    public async ValueTask<bool> AskAsync()
    {
        var answer = await client.ConsumeAsync(new ConsumeCapRequest { ListenerId = Wire.Listener(ref _next), Feature = "on_demand_time", Amount = 1 });
        return answer.Outcome == ConsumeCapResponse.Types.Outcome.Admitted;
    }

    public void Dispose() => http?.Dispose();
}

/// <summary>Redis as its better clients speak to it: one connection, on which all callers' commands go out together.</summary>
internal sealed class PipelinedRedis : IDisposable
{
    private readonly Socket _socket;
    private readonly Channel<Asked> _queue = Channel.CreateUnbounded<Asked>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<Asked> _waiting = Channel.CreateUnbounded<Asked>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private PipelinedRedis(Socket socket)
    {
        _socket = socket;
        _ = Task.Run(SendAllAsync);
        _ = Task.Run(ReceiveAllAsync);
    }

    private sealed class Asked(string key) : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string Key => key;
    }

    public static async Task<PipelinedRedis> ConnectAsync(int port) => new(await Wire.ConnectAsync(port));

    public static IReadOnlyList<ICaller> Share(PipelinedRedis redis, int callers) =>
        [.. Enumerable.Range(0, callers).Select(c => new Caller(redis, c, last: c == callers - 1))];

    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _socket.Dispose();
    }

    private Task<bool> IncrementAsync(string key)
    {
        var asked = new Asked(key);
        _queue.Writer.TryWrite(asked);
        return asked.Task;
    }

    private async Task SendAllAsync()
    {
        var text = new StringBuilder();
        while (await _queue.Reader.WaitToReadAsync())
        {
            await Task.Yield();
            text.Clear();
            while (_queue.Reader.TryRead(out var asked))
            {
                text.Append("*2\r\n$4\r\nINCR\r\n$").Append(asked.Key.Length).Append("\r\n").Append(asked.Key).Append("\r\n");
                _waiting.Writer.TryWrite(asked);
            }

            var bytes = Encoding.ASCII.GetBytes(text.ToString());
            for (var sent = 0; sent < bytes.Length;) sent += await _socket.SendAsync(bytes.AsMemory(sent));
        }
    }

    private async Task ReceiveAllAsync()
    {
        var (bytes, good) = (new byte[65536], true);
        try
        {
            for (var first = true; await _socket.ReceiveAsync(bytes) is > 0 and var read;)
            {
                for (var i = 0; i < read; i++)
                {
                    if (first) good = bytes[i] == ':';
                    first = bytes[i] == '\n';
                    if (first && _waiting.Reader.TryRead(out var asked)) asked.TrySetResult(good);
                }
            }
        }
        catch (SocketException)
        {
            // closed: the run is over
        }
    }

    private sealed class Caller(PipelinedRedis redis, int caller, bool last) : ICaller
    {
        private uint _next = Wire.Seed(caller);

        public ValueTask<bool> AskAsync() => new(redis.IncrementAsync(Wire.Listener(ref _next)));

        public void Dispose()
        {
            if (last) redis.Dispose();
        }
    }
}
