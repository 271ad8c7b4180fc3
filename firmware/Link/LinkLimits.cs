namespace Devices.Link;

/// <summary>Sizes and times both ends of the link agree on.</summary>
public static class LinkLimits
{
    /// <summary>The version every payload carries in <c>v</c>.</summary>
    public const int Version = 1;

    /// <summary>Largest payload in bytes, both ways. The chip's reader works in buffers of this size, made once.</summary>
    public const int MaxPayload = 2048;

    /// <summary>Most fields in one object; the largest message has nine, the rest is room for later versions.</summary>
    public const int MaxFields = 20;

    /// <summary>Longest field name in characters.</summary>
    public const int MaxFieldName = 24;

    /// <summary>Longest entry or boot id (characters of <c>a-z0-9-</c>).</summary>
    public const int MaxId = 48;

    /// <summary>Longest terminal id (design.md section 3: at most 32 of <c>a-z0-9-</c>).</summary>
    public const int MaxTerminal = 32;

    /// <summary>Longest person name in UTF-16 characters; longer ones are clipped by the writer.</summary>
    public const int MaxName = 64;

    /// <summary>Longest free text (screen text, reason, detail) in UTF-16 characters; longer ones are clipped by the writer.</summary>
    public const int MaxText = 160;

    /// <summary>Card UID: 4 to 10 bytes (ISO/IEC 14443-3 single, double and triple size), as upper-case hex.</summary>
    public const int MinUidHex = 8;

    /// <summary>Card UID: 10 bytes as hex.</summary>
    public const int MaxUidHex = 20;

    /// <summary>Largest epoch time taken, ms: the year 2200. Anything later is a broken clock.</summary>
    public const long MaxEpochMs = 7258118400000L;

    /// <summary>Largest uptime or counter taken: 2^53 - 1, so that JSON readers in any language keep it exact.</summary>
    public const long MaxNumber = 9007199254740991L;

    /// <summary>The MCU sends a ping this often (ms).</summary>
    public const int PingEveryMs = 4000;

    /// <summary>With no answer for this long (ms) the MCU gives the connection up and starts a new one; under the 15 s of the contract.</summary>
    public const int DeadAfterMs = 12000;

    /// <summary>MQTT keep-alive that the MCU asks for, seconds.</summary>
    public const int KeepAliveSeconds = 15;

    /// <summary>Longest door pulse, ms: an attacker or a bug cannot hold the relay for ever.</summary>
    public const int MaxDoorOpenMs = 30000;
}
