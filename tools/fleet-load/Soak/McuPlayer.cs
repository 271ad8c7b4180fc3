using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Devices.FleetLoad.Mqtt;
using Devices.Link;

namespace Devices.FleetLoad.Soak;

/// <summary>The controller's side of the link: card entries that it keeps until their <c>confirm</c>, as the firmware does.</summary>
internal sealed class McuPlayer : IAsyncDisposable
{
    private readonly MqttLink _link;
    private readonly AgentHost _agent;
    private readonly string _boot;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<ConfirmMessage>> _open;
    private readonly TaskCompletionSource _greeted;

    private McuPlayer(MqttLink link, AgentHost agent, string boot, ConcurrentDictionary<string, TaskCompletionSource<ConfirmMessage>> open, TaskCompletionSource greeted) =>
        (_link, _agent, _boot, _open, _greeted) = (link, agent, boot, open, greeted);

    private static long UptimeMs => (long)Stopwatch.GetElapsedTime(0).TotalMilliseconds;

    public static async Task<McuPlayer> ConnectAsync(AgentHost agent, string boot, CancellationToken stop)
    {
        ConcurrentDictionary<string, TaskCompletionSource<ConfirmMessage>> open = new(StringComparer.Ordinal);
        TaskCompletionSource greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        MqttLink link = await MqttLink.OpenAsync(agent.Mcu, null, Packets.Connect("mcu", 30, null, (agent.Terminal, agent.Password)), (topic, payload) =>
        {
            if (topic.EndsWith("/" + LinkTopics.Time, StringComparison.Ordinal)) greeted.TrySetResult();
            else if (topic.EndsWith("/" + LinkTopics.Confirm, StringComparison.Ordinal) && ConfirmMessage.TryParse(payload.ToArray(), out ConfirmMessage? confirm, out _) && open.TryRemove(confirm.Id, out TaskCompletionSource<ConfirmMessage>? waiting)) waiting.TrySetResult(confirm);
        }, stop);
        try
        {
            await link.SubscribeAsync(LinkTopics.DownTopics(agent.Terminal), stop);
            McuPlayer player = new(link, agent, boot, open, greeted);
            await player.SendAsync(new HelloMessage { Boot = boot, Firmware = "0.1.0", Reason = "power", UptimeMs = UptimeMs, Now = 0 }, stop);
            // Its hello is answered with the time.
            await greeted.Task.WaitAsync(TimeSpan.FromSeconds(20), stop);
            return player;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    /// <summary>Shows a card; returns with the board's answer.</summary>
    public async Task<ConfirmMessage> CardAsync(string entry, string card, CancellationToken stop)
    {
        TaskCompletionSource<ConfirmMessage> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[entry] = answer;
        await SendAsync(new CardMessage { Id = entry, Uid = card, UptimeMs = UptimeMs, Boot = _boot, Now = 0 }, stop);
        return await answer.Task.WaitAsync(TimeSpan.FromSeconds(30), stop);
    }

    public static string Entry(long number) => string.Create(CultureInfo.InvariantCulture, $"soak-{number}");

    /// <summary>In order, as before a restart.</summary>
    public Task CloseAsync() => _link.CloseAsync();

    /// <summary>Cut off, as by a cable.</summary>
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private async Task SendAsync(LinkMessage message, CancellationToken stop)
    {
        Answer answer = await _link.PublishAsync(LinkTopics.For(_agent.Terminal, message.Leaf), message.Write(), retain: false, stop, versioned: false);
        if (answer.Refused) throw new LoadFault($"The agent refused the controller's '{message.Leaf}': 0x{answer.Code:X2} {answer.Reason}");
    }
}
