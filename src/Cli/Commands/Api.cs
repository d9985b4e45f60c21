using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Google.Protobuf;

namespace Busker.Cli.Commands;

/// <summary>The smallest client there is: Connect calls in binary.</summary>
internal sealed class Api : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="trusted">a certificate to trust beside those that this machine trusts</param>
    public Api(string address, string secret, X509Certificate2? trusted = null)
    {
        _http = new HttpClient(Certificates.Trusting(trusted)) { BaseAddress = new Uri(address) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
    }

    /// <param name="method">Without the leading <c>busker.</c>: <c>catalog.v1.Catalog/CreateDraft</c>.</param>
    /// <exception cref="InvalidOperationException">It was refused; the message says why.</exception>
    public async Task<T> AskAsync<T>(string method, IMessage request, MessageParser<T> parser, CancellationToken ct) where T : IMessage<T>
    {
        using var content = new ByteArrayContent(request.ToByteArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/proto");
        using var answer = await _http.PostAsync(new Uri($"/busker.{method}", UriKind.Relative), content, ct);
        var body = await answer.Content.ReadAsByteArrayAsync(ct);
        return answer.IsSuccessStatusCode ? parser.ParseFrom(body) : throw Refused(method, body);
    }

    /// <summary>The messages of a stream; ends well or throws, like <see cref="AskAsync"/>.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        string method, IMessage request, MessageParser<T> parser, [EnumeratorCancellation] CancellationToken ct) where T : IMessage<T>
    {
        using var content = new ByteArrayContent(Envelope(request.ToByteArray()));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/connect+proto");
        using var asked = new HttpRequestMessage(HttpMethod.Post, new Uri($"/busker.{method}", UriKind.Relative)) { Content = content };
        using var answer = await _http.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead, ct);
        if (!answer.IsSuccessStatusCode) throw Refused(method, await answer.Content.ReadAsByteArrayAsync(ct));
        await using var stream = await answer.Content.ReadAsStreamAsync(ct);
        var head = new byte[5];
        while (true)
        {
            await stream.ReadExactlyAsync(head, ct);
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
            await stream.ReadExactlyAsync(body, ct);
            if ((head[0] & 2) == 0) yield return parser.ParseFrom(body);
            else if (JsonDocument.Parse(body).RootElement.TryGetProperty("error", out var error)) throw Refused(method, Encoding.UTF8.GetBytes(error.GetRawText()));
            else yield break;
        }
    }

    public void Dispose() => _http.Dispose();

    private static byte[] Envelope(byte[] message)
    {
        var envelope = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(envelope.AsSpan(1), message.Length);
        message.CopyTo(envelope, 5);
        return envelope;
    }

    private static InvalidOperationException Refused(string method, byte[] error)
    {
        var text = Encoding.UTF8.GetString(error);
        try
        {
            if (JsonDocument.Parse(text).RootElement.TryGetProperty("message", out var message)) text = message.GetString()!;
        }
        catch (JsonException)
        {
            // not from the edge; shown as it is
        }

        return new InvalidOperationException($"{method[(method.IndexOf('/', StringComparison.Ordinal) + 1)..]}: {text}");
    }
}
