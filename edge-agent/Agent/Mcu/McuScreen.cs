using Devices.Edge.Agent.Hosting;
using Devices.Link;

namespace Devices.Edge.Agent.Mcu;

/// <summary>
/// What the MCU's screen should say. Each message dwells on the MCU by itself; here is only the state to fall back on (card only, disk
/// full), which is shown again and again while it lasts, and the count of punches that wait.
/// </summary>
/// <param name="send">Sends one message to the MCU; false where it is not connected.</param>
/// <param name="queue">Punches that the bridge does not have yet.</param>
public sealed class McuScreen(Func<LinkMessage, Task<bool>> send, Func<long> queue, Narration narration, TimeProvider time)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(6);
    private long _shownAt;
    private ScreenKind _base = ScreenKind.Idle;
    private string _baseText = "";

    /// <summary>What to show while nothing happens: <see cref="ScreenKind.Idle"/>, or the state that people must know.</summary>
    public void SetBase(ScreenKind screen, string text = "")
    {
        if (_base == screen && _baseText == text) return;
        _base = screen;
        _baseText = text;
        Show(screen, text: text);
    }

    public void Show(ScreenKind screen, string name = "", string text = "", long at = 0, long seq = 0)
    {
        _shownAt = time.GetTimestamp();
        ShowMessage message = new()
        {
            Screen = screen, Name = name, Text = text, At = Math.Clamp(at, 0, LinkLimits.MaxEpochMs), Seq = seq, Queue = Math.Max(0, queue()),
        };
        _ = SendAsync(message);
    }

    /// <summary>Shows the base state again.</summary>
    public void Refresh() => Show(_base, text: _baseText);

    /// <summary>Keeps the base state on the screen until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken).ConfigureAwait(false);
            if (time.GetElapsedTime(_shownAt) >= Again) Refresh();
        }
    }

    private async Task SendAsync(LinkMessage message)
    {
        try
        {
            await send(message).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            // The screen is a courtesy: a fault there must never stop a punch.
            narration.Warn("mcu", $"A screen could not be shown: {fault.Message}");
        }
    }
}
