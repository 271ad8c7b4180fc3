using Devices.Contract;

namespace Devices.Bridge.Ingest;

/// <summary>Limits towards terminals.</summary>
public sealed record IngestOptions
{
    public int MaxKeepAliveSeconds { get; init; } = 300;

    /// <summary>How long after its end a certificate can be renewed: told to a terminal that comes with one.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Time for TLS and CONNECT.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Larger packets end the connection. Leaves room above <see cref="Protocol.MaxPhoto"/> so that oversized payloads still get an answer.</summary>
    public int MaxPacket { get; init; } = Protocol.MaxPhoto * 2;

    /// <summary>Publishes a terminal may have open at a time (MQTT 5 receive maximum).</summary>
    public ushort ReceiveMaximum { get; init; } = 16;

    /// <summary>Downlinks waiting for one terminal; the oldest goes first: only the newest state matters.</summary>
    public int MaxPending { get; init; } = 64;

    /// <summary>Downlinks a terminal may leave unacknowledged before it is disconnected.</summary>
    public int MaxUnacknowledged { get; init; } = 512;
}
