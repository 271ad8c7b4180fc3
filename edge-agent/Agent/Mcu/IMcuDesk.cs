using Devices.Link;

namespace Devices.Edge.Agent.Mcu;

/// <summary>What the agent does with the MCU's messages. Called one at a time, from the broker; the PUBACK waits for it.</summary>
public interface IMcuDesk
{
    /// <param name="connectedFor">How long ago the MCU was let in when it is asked: the greeting was written after that, so that it was on its way no longer.</param>
    Task OnHelloAsync(HelloMessage hello, Func<TimeSpan> connectedFor);

    /// <summary>Returns after the punch is durable; throws where the ledger failed, and then no PUBACK is given.</summary>
    Task OnCardAsync(CardMessage card);

    Task OnPinAsync(PinMessage pin);

    Task OnPresenceAsync(PresenceMessage presence);

    Task OnEventAsync(EventMessage happened);

    Task OnPingAsync(PingMessage ping);

    Task OnStatusAsync(StatusMessage status);

    void OnConnected();

    void OnDisconnected();
}
