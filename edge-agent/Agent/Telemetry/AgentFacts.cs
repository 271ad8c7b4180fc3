using Devices.Edge.Agent.Camera;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Edge.Ledger.Uplink;

namespace Devices.Edge.Agent.Telemetry;

/// <summary>Where the gauges look.</summary>
public sealed record AgentFacts
{
    public required LedgerStore Ledger { get; init; }

    public required TrustedClock Clock { get; init; }

    public required PhotoBox Photos { get; init; }

    /// <summary>Null where there is no camera.</summary>
    public required Func<CameraStatus?> Camera { get; init; }

    /// <summary>Null before the first connection.</summary>
    public required Func<UplinkStatus?> Uplink { get; init; }

    public required Func<bool> McuOnline { get; init; }

    /// <summary>Entries waiting on the MCU.</summary>
    public required Func<long> McuQueue { get; init; }

    /// <summary>Frames that came whole but could not be decoded.</summary>
    public required Func<long> Undecodable { get; init; }

    /// <summary>Templates compared; null without models.</summary>
    public required Func<int?> Templates { get; init; }

    /// <summary>All parts of the terminal work.</summary>
    public required Func<bool> Whole { get; init; }
}
