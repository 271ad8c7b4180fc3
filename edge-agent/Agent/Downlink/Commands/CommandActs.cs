namespace Devices.Edge.Agent.Downlink.Commands;

/// <summary>The hands of <see cref="CommandDesk"/>: what the other parts of the agent do for it.</summary>
public sealed record CommandActs
{
    /// <summary>Whether the controller is connected.</summary>
    public required Func<bool> HasController { get; init; }

    /// <summary>Sends the order to release the door, under that id; true once the controller has acknowledged it.</summary>
    public required Func<string, Task<bool>> OpenDoorAsync { get; init; }

    /// <summary>Ends the agent in order; systemd starts it again.</summary>
    public required Action<string> Stop { get; init; }

    /// <summary>Starts the board again; null, or one sentence why not.</summary>
    public required Func<string?> RestartBoard { get; init; }

    /// <summary>Makes the bridge send the whole roster again.</summary>
    public required Action RefreshRoster { get; init; }

    /// <summary>Versions that failed as an update are tried again.</summary>
    public Action RetryUpdates { get; init; } = () => { };

    /// <summary>Shows the terminal's name on its screen.</summary>
    public required Action Identify { get; init; }

    /// <summary>The last lines of the log, without persons.</summary>
    public required Func<string> CollectLog { get; init; }

    /// <summary>Tells operators that the door was released from afar.</summary>
    public required Action<string> DoorEvent { get; init; }
}
