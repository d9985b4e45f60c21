using Busker.EchoHost;

// Prints where it listens as one line of JSON, and stops when its input ends: no process is left behind.
await using var edge = new EchoEdge();
await edge.StartAsync();
Console.WriteLine($$"""{"http1":"{{edge.Http1}}","http2":"{{edge.Http2}}","tls":"{{edge.Tls}}"}""");
await Console.In.ReadToEndAsync();
