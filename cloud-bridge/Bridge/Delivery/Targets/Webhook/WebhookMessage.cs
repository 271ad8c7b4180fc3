using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Devices.Bridge.Store;
using Devices.Contract.Punches;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Delivery.Targets.Webhook;

/// <summary>One webhook as Standard Webhooks 1.0.0 describes it: id, payload and signature.</summary>
public static class WebhookMessage
{
    public const string PunchRecorded = "punch.recorded";

    private static readonly OffsetDateTimePattern Local = OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss.fffo<+HH:mm>");

    /// <summary>The same for every attempt and every replay of a punch, so that a receiver knows a repeat. It holds no full stop, which the signed text is divided by.</summary>
    public static string Id(StoredPunch punch)
    {
        ArgumentNullException.ThrowIfNull(punch);
        return string.Create(CultureInfo.InvariantCulture, $"punch_{punch.Key.Terminal}_{punch.Key.Ledger:N}_{punch.Key.Seq}");
    }

    /// <summary>The payload as it is sent and signed: the same bytes each time. It names nobody but by the platform's userid.</summary>
    public static byte[] Body(StoredPunch punch, DateTimeZone zone)
    {
        ArgumentNullException.ThrowIfNull(punch);
        Instant at = Instant.FromUnixTimeMilliseconds(punch.Punch.At);
        return JsonSerializer.SerializeToUtf8Bytes(new Payload
        {
            Type = PunchRecorded,
            Timestamp = InstantPattern.ExtendedIso.Format(at),
            Data = new()
            {
                Terminal = punch.Key.Terminal,
                Ledger = punch.Key.Ledger,
                Seq = punch.Key.Seq,
                Person = punch.Punch.Person,
                At = punch.Punch.At,
                AtLocal = Local.Format(at.InZone(zone).ToOffsetDateTime()),
                TimeZone = zone.Id,
                Clock = punch.Punch.Clock,
                UncertaintyMs = punch.Punch.UncertaintyMs,
                Method = punch.Punch.Method,
                Direction = punch.Punch.Direction,
                StoredAt = punch.ReceivedAt,
            },
        }, WebhookJson.Default.Payload);
    }

    /// <summary>The header <c>webhook-signature</c>: <c>v1,</c> and base64(HMAC-SHA256(key, id.timestamp.body)) for each key, divided by spaces.</summary>
    /// <param name="timestamp">Of this attempt, seconds since the Unix epoch: a receiver refuses old ones.</param>
    public static string Signature(IEnumerable<byte[]> keys, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(keys);
        byte[] head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}."));
        byte[] signed = [.. head, .. body];
        return string.Join(' ', keys.Select(key => "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed))));
    }

    internal sealed record Payload
    {
        public required string Type { get; init; }

        /// <summary>Of the event, not of the sending.</summary>
        public required string Timestamp { get; init; }
        public required PunchData Data { get; init; }
    }

    internal sealed record PunchData
    {
        public required string Terminal { get; init; }
        public required Guid Ledger { get; init; }
        public required long Seq { get; init; }
        public required string Person { get; init; }
        public required long At { get; init; }
        public required string AtLocal { get; init; }
        public required string TimeZone { get; init; }
        public required ClockQuality Clock { get; init; }
        public required long UncertaintyMs { get; init; }
        public required PunchMethod Method { get; init; }
        public required PunchDirection Direction { get; init; }
        public required long StoredAt { get; init; }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = false)]
[JsonSerializable(typeof(WebhookMessage.Payload))]
internal sealed partial class WebhookJson : JsonSerializerContext;
