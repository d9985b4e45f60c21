using System.Buffers;
using System.Text;
using System.Text.Json;
using Busker.Kernel;

namespace Busker.Entitlements.Caps;

/// <summary>A book's counters as the database keeps them: a JSON array, times in microseconds since 1970.</summary>
internal static class CounterText
{
    public static string Write(IReadOnlyList<Counter> counters)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            foreach (var counter in counters)
            {
                json.WriteStartObject();
                json.WriteString("feature"u8, counter.Feature);
                json.WriteString("window"u8, counter.Window);
                json.WriteNumber("start_us"u8, Microseconds(counter.Span.Start));
                json.WriteNumber("end_us"u8, Microseconds(counter.Span.End));
                json.WriteNumber("used"u8, counter.Used);
                if (counter.Marks.Count > 0) json.WriteBase64String("marks"u8, counter.Marks.Bytes);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    public static IReadOnlyList<Counter> Read(string text)
    {
        using var json = JsonDocument.Parse(text);
        return [.. json.RootElement.EnumerateArray().Select(Read)];
    }

    private static Counter Read(JsonElement c) => new(
        c.GetProperty("feature").GetString()!, c.GetProperty("window").GetString()!,
        new Period(Time(c.GetProperty("start_us").GetInt64()), Time(c.GetProperty("end_us").GetInt64())),
        c.GetProperty("used").GetInt64(),
        c.TryGetProperty("marks", out var marks) ? new Marks(marks.GetBytesFromBase64()) : default);

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static DateTimeOffset Time(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
