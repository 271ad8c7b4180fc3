namespace Devices.Terminal.Parts;

/// <summary>The connection to the board as the loop sees it. No call blocks.</summary>
public interface ILink
{
    LinkPhase Phase { get; }

    /// <summary>Starts a new connection in the background; the phase becomes Connecting, then Open or Failed.</summary>
    void Begin();

    /// <summary>Gives the present connection up at once, whatever it is doing; the phase becomes Closed.</summary>
    void Close();

    /// <summary>Hands one message over for sending; false when not open or when too many wait already.</summary>
    bool Publish(string topic, byte[] payload, bool atLeastOnce, bool retain);

    /// <summary>The next message received, or null.</summary>
    LinkPacket? Receive();
}
