using Devices.Edge.Agent.Updates;

namespace Devices.Edge.Agent.Hosting;

/// <summary>What the parts of the agent do for updates.</summary>
public sealed partial class AgentRuntime
{
    private static readonly string[] Vital = [HealthBoard.Camera, HealthBoard.Models, HealthBoard.Ledger, HealthBoard.Broker];

    private UpdateDesk StartUpdates() => UpdatePart.Start(_options, _modelSlot, _clock, new()
    {
        IsWhole = () => IsReady,
        CanTakeCards = () => _health.CanTakeCards,
        // Names only: the parts' sentences may hold addresses, and this goes up.
        Health = () => string.Join(" and ", Vital.Where(part => !_health.IsOk(part))),
        IsQuiet = waited => QuietMoment.Is(_broker?.IsOnline ?? false, _desk.Absent, waited, _narration.Recent, _time),
        Stop = why => StopAsked?.Invoke(why),
        Pack = () => _vision?.Models?.Pack.ToString(),
        Templates = () => _vision?.Models?.Templates.ToString(),
        Event = (kind, text) => _ledger.Events.Add(kind, text, security: false),
        Flasher = FirmwareFlasher.Of(_options, () => _desk.Firmware, _narration, _time),
    }, (leaf, payload, token) => _bridge!.PublishAsync(leaf, payload, token), () => _bridge!.IsOnline, _narration, _time, part => Own(part));
}
