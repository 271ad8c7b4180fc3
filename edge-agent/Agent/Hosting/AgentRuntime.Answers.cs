using System.Globalization;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Admin;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Agent.Recognition;
using Devices.Edge.Agent.Site;
using Devices.Edge.Agent.Telemetry;
using Devices.Edge.Agent.View;
using Devices.Edge.Ledger.Time;

namespace Devices.Edge.Agent.Hosting;

/// <summary>What the runtime answers about itself: health, status, the facts of the debug view and of the metrics. Reads only.</summary>
public sealed partial class AgentRuntime
{
    private HealthAnswer Health() => new(IsReady, Mode, _health.Parts, _heartbeats.Silent());

    private bool IsReady => _health.IsWhole || (CardsOnlyByChoice(_options) && _health.CanTakeCards);

    private string Mode => _health.IsWhole ? "whole" : _health.CanTakeCards ? "cards-only" : "down";

    private TerminalHealth Parts(TerminalHealth board) => board with
    {
        Liveness = _options.ModelPack is null ? null : _options.Liveness,
        CameraRunning = _camera?.Status.Running,
        CameraFps = _camera is { } camera ? Math.Round(camera.Status.FramesPerSecond, 1) : null,
        McuOnline = _broker?.IsOnline ?? false,
        McuQueue = _desk.McuQueue,
        McuFreeBytes = _desk.FreeBytes,
        McuSafeMode = _desk.SafeMode,
    };

    private StatusAnswer Status()
    {
        FaceModels? models = _vision?.Models;
        return new()
        {
            Terminal = _options.Terminal,
            // The bridge's word counts; the setting is for a terminal that has heard none.
            Site = _site?.SiteName ?? _options.Site,
            SiteToldByBridge = _site?.SiteName is not null,
            Version = TerminalReport.Version,
            Mode = Mode,
            Ready = IsReady,
            Ledger = _ledger.LedgerId,
            LastSeq = _ledger.LastSeq,
            Sealed = _ledger.SealedThrough,
            Watermark = _ledger.Acknowledged,
            Queue = _ledger.Queue,
            Held = _ledger.Held,
            Clock = _clock.Source switch { TrustSource.Ntp => "ntp", TrustSource.Bridge => "bridge", TrustSource.Rtc => "rtc", _ => "untrusted" },
            FreeBytes = _ledger.FreeBytes,
            Pack = models?.Pack.ToString(),
            TemplatePack = models?.Templates.ToString(),
            Gallery = models?.Gallery.Count ?? 0,
            People = _people.Count,
            EnrolAgain = models is null ? 0 : _people.Stale(models.Templates),
            Threshold = _vision?.Threshold,
            Liveness = _options.Liveness,
            Challenge = _vision is null || !_options.Liveness ? null : VisionPart.ChallengeInWords(_options, models?.CanSeeEyes ?? true),
            Camera = _camera?.Status,
            Faces = _vision?.Look.Status(_options.QualityLimits),
            Undecodable = _vision?.Decoded.Refused ?? 0,
            McuOnline = _broker?.IsOnline ?? false,
            McuPort = _broker?.Port ?? 0,
            McuCelsius = _desk.Celsius,
            McuVolts = _desk.Volts,
            McuRssi = _desk.Rssi,
            McuSafeMode = _desk.SafeMode,
            McuFreeBytes = _desk.FreeBytes,
            McuStartReason = _desk.StartReason,
            McuStartedAt = _desk.StartedAt,
            McuHellos = _desk.Hellos,
            McuFirmware = _desk.Firmware,
            McuQueue = _desk.McuQueue,
            Roster = _downlink?.Status,
            SharedSite = _site?.Status(),
            Configuration = _config?.Status(),
            ConfigurationWanted = _downlink?.ConfigWanted ?? 0,
            Photos = _photos.Status,
            TemplateKey = _templateKey.IsLocked ? "locked" : _templateKey.Place,
            Certificate = _certificate?.Keeper.Status,
            Updates = _updates?.State(),
            BridgeOnline = _bridge?.IsOnline ?? false,
            UplinkStopped = _bridge?.Status?.Condition == Devices.Edge.Ledger.Uplink.UplinkCondition.Stopped,
            Bridge = _bridge?.Status is { Condition: Devices.Edge.Ledger.Uplink.UplinkCondition.Stopped } stopped ? stopped.Text : _health.TextOf(HealthBoard.Bridge),
        };
    }

    private ViewFacts Facts()
    {
        FaceModels? models = _vision?.Models;
        return new()
        {
            Terminal = _options.Terminal,
            HasCamera = _camera is not null,
            Camera = new(_health.IsOk(HealthBoard.Camera), _health.TextOf(HealthBoard.Camera)),
            Status = _camera?.Status,
            HasModels = _vision is not null,
            Models = new(_health.IsOk(HealthBoard.Models), _health.TextOf(HealthBoard.Models)),
            Pack = models?.Pack.ToString(),
            People = _people.Count,
            Templates = models?.Gallery.Count ?? 0,
            Threshold = _vision?.Threshold,
            LivenessThreshold = _vision?.LivenessThreshold,
            Limits = _options.QualityLimits,
            Region = _options.FaceRegion,
        };
    }

    private AgentFacts Measured() => new()
    {
        Ledger = _ledger,
        Clock = _clock,
        Photos = _photos,
        Camera = () => _camera?.Status,
        Uplink = () => _bridge?.Status,
        McuOnline = () => _broker?.IsOnline ?? false,
        McuQueue = () => _desk.McuQueue,
        Undecodable = () => _vision?.Decoded.Refused ?? 0,
        Templates = () => _vision?.Models?.Gallery.Count,
        Whole = () => IsReady,
    };

    // Never off in silence: operators are told at each start, as of any other hole in the door.
}
