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
    public const string PunchCorrected = "punch" + ".corrected";

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
                Origin = punch.Standing.Origin == PunchOrigin.Recorded ? null : Word(punch.Standing.Origin),
            },
        }, WebhookJson.Default.Payload);
    }

    /// <summary>The id of the message that tells of a correction: each correction of a punch has its own.</summary>
    public static string Id(StoredPunch punch, CorrectionNews news)
    {
        ArgumentNullException.ThrowIfNull(punch);
        ArgumentNullException.ThrowIfNull(news);
        return string.Create(CultureInfo.InvariantCulture, $"correction_{news.Id}_{punch.Key.Terminal}_{punch.Key.Ledger:N}_{punch.Key.Seq}");
    }

    /// <summary>How a punch counts after a correction. The reason's words and who decided stay here: they may name people.</summary>
    public static byte[] Body(StoredPunch punch, CorrectionNews news, DateTimeZone zone)
    {
        ArgumentNullException.ThrowIfNull(punch);
        ArgumentNullException.ThrowIfNull(news);
        return JsonSerializer.SerializeToUtf8Bytes(new Corrected
        {
            Type = PunchCorrected,
            Timestamp = InstantPattern.ExtendedIso.Format(Instant.FromUnixTimeMilliseconds(news.DecidedAt)),
            Data = new()
            {
                Correction = news.Id,
                Kind = Word(news.Kind),
                Counts = news.Counts,
                ReasonCode = news.ReasonCode,
                Terminal = punch.Key.Terminal,
                Ledger = punch.Key.Ledger,
                Seq = punch.Key.Seq,
                Person = punch.Punch.Person,
                At = punch.Punch.At,
                AtLocal = Local.Format(Instant.FromUnixTimeMilliseconds(punch.Punch.At).InZone(zone).ToOffsetDateTime()),
                TimeZone = zone.Id,
                StandIn = news.StandIn is { } other ? new() { Terminal = other.Key.Terminal, Ledger = other.Key.Ledger, Seq = other.Key.Seq, Person = other.Punch.Person } : null,
            },
        }, WebhookJson.Default.Corrected);
    }

    private static string Word<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLowerInvariant();

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

        /// <summary>Only where no terminal recorded it: <c>added</c>, <c>reassigned</c>.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Origin { get; init; }
    }

    internal sealed record Corrected
    {
        public required string Type { get; init; }

        /// <summary>When it was decided.</summary>
        public required string Timestamp { get; init; }
        public required CorrectionData Data { get; init; }
    }

    internal sealed record CorrectionData
    {
        public required long Correction { get; init; }
        public required string Kind { get; init; }
        public required bool Counts { get; init; }
        public required string ReasonCode { get; init; }
        public required string Terminal { get; init; }
        public required Guid Ledger { get; init; }
        public required long Seq { get; init; }
        public required string Person { get; init; }
        public required long At { get; init; }
        public required string AtLocal { get; init; }
        public required string TimeZone { get; init; }
        public required OtherPunch? StandIn { get; init; }
    }

    internal sealed record OtherPunch
    {
        public required string Terminal { get; init; }
        public required Guid Ledger { get; init; }
        public required long Seq { get; init; }
        public required string Person { get; init; }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = false)]
[JsonSerializable(typeof(WebhookMessage.Payload))]
[JsonSerializable(typeof(WebhookMessage.Corrected))]
internal sealed partial class WebhookJson : JsonSerializerContext;
