using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Busker.Echo.V1;
using Busker.EchoHost;
using Busker.EdgeBench;
using Google.Protobuf;

// Edge against bare Kestrel, alternating, in one run. Connect over HTTP/1.1 is driven by wrk; gRPC over h2c by HttpClient
// in this process, so its ratio contains the client's own cost on both sides. Arguments: seconds per turn, turns.
const int Concurrency = 64;
var seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 4;
var turns = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;

var request = new SayRequest { Text = "the same bytes as before" }.ToByteArray();
var answer = new SayResponse { Text = "the same bytes as before" }.ToByteArray();
await using var edge = new EchoEdge();
await edge.StartAsync();
var (bare, bareHttp1, bareHttp2) = await BareKestrel.StartAsync(answer, Frame(answer));

Console.WriteLine("date,machine,protocol,turn,edge_rps,bare_rps,ratio");
for (var turn = 0; turn <= turns; turn++) // turn 0 warms up
{
    var connect = (Edge: Wrk(edge.Http1), Bare: Wrk(bareHttp1));
    Print("connect", turn, connect);
    var grpc = (Edge: await GrpcAsync(edge.Http2), Bare: await GrpcAsync(bareHttp2));
    Print("grpc", turn, grpc);
}

await bare.DisposeAsync();

void Print(string protocol, int turn, (double Edge, double Bare) rps)
{
    if (turn == 0) return;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd},{Environment.ProcessorCount} cores,{protocol},{turn},{rps.Edge:F0},{rps.Bare:F0},{rps.Edge / rps.Bare:F3}"));
}

double Wrk(Uri at)
{
    var script = Path.GetTempFileName();
    File.WriteAllText(script, $"""
        wrk.method = "POST"
        wrk.body = "{string.Concat(request.Select(b => $"\\{b:D3}"))}"
        wrk.headers["Content-Type"] = "application/proto"
        wrk.headers["Authorization"] = "Bearer {EchoEdge.Key}"
        """);
    using var wrk = Process.Start(new ProcessStartInfo("wrk", ["-t1", $"-c{Concurrency}", $"-d{seconds}s", "-s", script, new Uri(at, "/echo.v1.Echo/Say").ToString()])
    {
        RedirectStandardOutput = true,
    }) ?? throw new InvalidOperationException("wrk did not start");
    var text = wrk.StandardOutput.ReadToEnd();
    wrk.WaitForExit();
    File.Delete(script);
    if (text.Contains("Non-2xx", StringComparison.Ordinal)) throw new InvalidOperationException(text);
    return double.Parse(Regex.Match(text, @"Requests/sec:\s+([\d.]+)").Groups[1].Value, CultureInfo.InvariantCulture);
}

async Task<double> GrpcAsync(Uri at)
{
    using var client = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = true });
    var (body, url, calls) = (Frame(request), new Uri(at, "/echo.v1.Echo/Say"), 0L);
    var clock = Stopwatch.StartNew();
    await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(async _ =>
    {
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, url)
            {
                Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(body),
            };
            message.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc+proto");
            message.Headers.TryAddWithoutValidation("authorization", "Bearer " + EchoEdge.Key);
            using var response = await client.SendAsync(message);
            if (!response.TrailingHeaders.TryGetValues("grpc-status", out var status) || status.First() != "0") throw new InvalidOperationException("refused");
            Interlocked.Increment(ref calls);
        }
    }));
    return calls / clock.Elapsed.TotalSeconds;
}

static byte[] Frame(byte[] body)
{
    var frame = new byte[5 + body.Length];
    System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), body.Length);
    body.CopyTo(frame, 5);
    return frame;
}
