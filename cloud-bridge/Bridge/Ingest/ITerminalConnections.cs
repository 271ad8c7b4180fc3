namespace Devices.Bridge.Ingest;

/// <summary>The terminals that are connected now.</summary>
public interface ITerminalConnections
{
    int Count { get; }

    IReadOnlyCollection<TerminalSession> Sessions();

    /// <summary>Ends the terminal's connection with a reason it can show; nothing happens where it is not connected.</summary>
    Task DisconnectAsync(string terminal, string reason);
}
