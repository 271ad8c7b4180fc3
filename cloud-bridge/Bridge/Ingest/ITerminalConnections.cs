namespace Devices.Bridge.Ingest;

/// <summary>The terminals that are connected now.</summary>
public interface ITerminalConnections
{
    int Count { get; }

    IReadOnlyCollection<TerminalSession> Sessions();

    /// <summary>Whether the terminal is connected; costs the same however many are.</summary>
    bool IsConnected(string terminal);

    /// <summary>Ends the terminal's connection with a reason it can show; nothing happens where it is not connected.</summary>
    Task DisconnectAsync(string terminal, string reason);

    /// <summary>Ends this very connection, since the terminal has connected to another node.</summary>
    Task TakenOverAsync(TerminalSession session);

    /// <summary>Queues a message for this very session at QoS 1; false where it is gone. That it was taken, only an answer of the terminal says.</summary>
    Task<bool> SendAsync(TerminalSession session, string leaf, byte[] payload);
}
