namespace Devices.Contract;

/// <summary>What both ends must agree on beside topics and payloads.</summary>
public static class Protocol
{
    /// <summary>Name of the MQTT 5 user property that carries the payload's version.</summary>
    public const string VersionProperty = "v";

    /// <summary>The only version there is so far. An unknown one is refused with a reason code, never guessed at.</summary>
    public const string Version = "1";

    /// <summary>Name of the user property on a PUBACK that says what <see cref="Messages.StateMessage.SlowDownMs"/> says, for when the bridge has no state to tell.</summary>
    public const string SlowDownProperty = "slow_down_ms";

    /// <summary>Most punches in one <c>punches</c> publish.</summary>
    public const int MaxBatch = 128;

    /// <summary>Largest payload the bridge takes on any topic but <c>photo</c>, in bytes.</summary>
    public const int MaxPayload = 128 * 1024;

    /// <summary>Largest evidence crop, in bytes.</summary>
    public const int MaxPhoto = 256 * 1024;
}
