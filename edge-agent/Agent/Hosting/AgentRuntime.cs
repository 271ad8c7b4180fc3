using System.Globalization;
using System.Text;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Admin;
using Devices.Edge.Agent.Camera;
using Devices.Edge.Agent.Downlink;
using Devices.Edge.Agent.Downlink.Commands;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Agent.Punching;
using Devices.Edge.Agent.Recognition;
using Devices.Edge.Agent.Secrets;
using Devices.Edge.Agent.Site;
using Devices.Edge.Agent.Telemetry;
using Devices.Edge.Agent.Updates;
using Devices.Edge.Agent.View;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Edge.Ledger.Tpm;
using Devices.Link;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting.Systemd;

namespace Devices.Edge.Agent.Hosting;

/// <summary>
/// Puts the parts together, starts them in the order of their needs, and stops them in the reverse: no more frames, the decision in hand
/// finished, the uplink drained for a moment, the ledger closed. Each part's crash is contained (<see cref="PartRunner"/>).
/// </summary>
public sealed partial class AgentRuntime : IAsyncDisposable
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstTryLimit = TimeSpan.FromSeconds(20);
    private readonly AgentOptions _options;
    private readonly Narration _narration;
    private readonly TimeProvider _time;
    private readonly HealthBoard _health = new();
    private readonly Heartbeats _heartbeats;
    private readonly SystemdLink _systemd;
    private readonly FrameSlot _slot = new();
    private readonly ViewTap _tap;
    private readonly CancellationTokenSource _stopCamera = new();
    private readonly CancellationTokenSource _stopVision = new();
    private readonly CancellationTokenSource _stopBridge = new();
    private readonly CancellationTokenSource _stopRest = new();
    private readonly List<IDisposable> _owned = [];
    private LedgerStore _ledger = null!;
    private TrustedClock _clock = null!;
    private PeopleStore _people = null!;
    private PhotoBox _photos = null!;
    private McuDesk _desk = null!;
    private McuBroker? _broker;
    private McuScreen _screen = null!;
    private CameraPart? _camera;
    private VisionPart? _vision;
    private BridgePart? _bridge;
    private CertificatePart? _certificate;
    private DownlinkPart? _downlink;
    private readonly string? _modelSlot;
    private UpdateDesk _updates = null!;
    private ConfigDesk _config = null!;
    private CancellationTokenSource _again = new();
    private TemplateKey _templateKey = null!;
    private SiteKeys _siteKeys = null!;
    private SiteDesk _site = null!;
    private ClockKeeper _keeper = null!;
    private AdminServer? _admin;
    private Task _cameraTask = Task.CompletedTask;
    private Task _visionTask = Task.CompletedTask;
    private Task _bridgeTask = Task.CompletedTask;
    private Task _restTask = Task.CompletedTask;

    public AgentRuntime(AgentOptions options, Narration narration, TimeProvider time, ISystemdNotifier notifier)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = CardsOnlyByChoice(options) ? options with { ReadyGrace = TimeSpan.Zero } : options;
        (_options, _modelSlot) = UpdatePart.WithModels(_options, narration);
        _narration = narration;
        _time = time;
        _tap = new(time);
        _heartbeats = new(time);
        _systemd = new(notifier, _health, _heartbeats, narration, _options, time);
    }

    /// <summary>Raised where the bridge wants the agent to start again: end in order.</summary>
    public event Action<string>? StopAsked;

    /// <summary>Starts everything.</summary>
    /// <exception cref="StartException">One sentence; what was started is stopped by <see cref="DisposeAsync"/>.</exception>
    public async Task StartAsync()
    {
        SiteClock site = new(() => _options.Zone);
        foreach (string unknown in _options.UnknownSettings) _narration.Warn("config", $"{unknown} It is left out.");
        OpenStores();
        // Before any part reads a setting.
        _config = new(_options, _narration);
        EventGate gate = new(_ledger.Events, TimeSpan.FromSeconds(30), _time);
        _photos = Own(Read(() => PhotoBox.Open(_options.PhotosFolder, PhotoSeal.Open(_templateKey), _ledger, _options.PhotoLimits, sentence => ReportPhotos(gate, sentence))));
        _photos.Enabled = _options.Photos;
        TellTemplateKey(gate);
        PunchBook book = new(_ledger, () => _options.RepeatWindow, _photos);
        EntryAnswers answers = Own(OpenEntries());
        PinBook pins = Own(OpenPins());
        _desk = new(_options, _people, book, _ledger, _clock, answers, pins, gate, _narration, site);
        string password = Read(() => McuPassword.ReadOrCreate(_options.McuPasswordFile));
        _broker = await StartBrokerAsync(password).ConfigureAwait(false);
        _desk.Attach(_broker.SendAsync);
        _screen = new(_broker.SendAsync, () => _ledger.Queue, _narration, _time);
        _health.Set(HealthBoard.Broker, true, $"listening on {_options.McuBind}:{_broker.Port}");
        _narration.Tell("agent", $"Terminal {_options.Terminal} starts: ledger {_ledger.LedgerId:D} has {_ledger.LastSeq} punches ({_ledger.Queue} to be sent), {_people.Count} people, MCU broker on port {_broker.Port}.");

        _keeper = new(_clock, _ledger, _desk, _screen, _options, _narration, _time, ShowState);
        _keeper.Begin();
        _health.Changed += ShowState;
        _desk.Greeted += ShowState;
        StartFace(gate, book, site);
        StartRest(pins, gate);
        Own(new AgentTelemetry(_options, Measured(), _time));
        TellLiveness(gate);
        if (_vision is not null) await Task.WhenAny(_vision.FirstTry, Task.Delay(FirstTryLimit, _time)).ConfigureAwait(false);

        EnrolmentDesk enrolment = new(_people, () => _vision?.Models, (sentence, nameless) =>
        {
            _narration.Warn("enrolled", sentence);
            _ledger.Events.Add("enrolment-override", nameless, security: true);
        }, _photos);
        ViewDesk view = new(_tap, _people, _ledger.Events, _narration, Facts, _time);
        _admin = await AdminServer.StartAsync(_options.Socket, enrolment, _people, pins, _narration, Health, Status, view, _site, _bridge!.CheckAsync, new SelfTestDesk(_options.Terminal, _ledger, _screen, _narration), _stopRest.Token).ConfigureAwait(false);
        _narration.Tell("agent", $"The local socket is {_options.Socket}.");
    }

    /// <summary>Stops in order: takes about as long as the last decision and at most three seconds for the uplink.</summary>
    public async ValueTask DisposeAsync()
    {
        _systemd.Stopping();
        await _stopCamera.CancelAsync().ConfigureAwait(false);
        await _cameraTask.ConfigureAwait(false);
        await _stopVision.CancelAsync().ConfigureAwait(false);
        await _visionTask.ConfigureAwait(false);
        if (_bridge is not null) await _bridge.DrainAsync(DrainLimit).ConfigureAwait(false);
        if (_broker is not null) await _broker.DisposeAsync().ConfigureAwait(false);
        await _stopBridge.CancelAsync().ConfigureAwait(false);
        await _bridgeTask.ConfigureAwait(false);
        await _stopRest.CancelAsync().ConfigureAwait(false);
        if (_admin is not null) await _admin.DisposeAsync().ConfigureAwait(false);
        await _restTask.ConfigureAwait(false);
        _camera?.Dispose();
        _slot.Dispose();
        if (_ledger is not null) _narration.Tell("agent", $"Terminal {_options.Terminal} stopped in order with {_ledger.LastSeq} punches, {_ledger.Queue} to be sent.");
        for (int i = _owned.Count - 1; i >= 0; i--) _owned[i].Dispose();
        _owned.Clear();
        foreach (CancellationTokenSource source in (CancellationTokenSource[])[_again, _stopCamera, _stopVision, _stopBridge, _stopRest]) source.Dispose();
    }

    private static bool CardsOnlyByChoice(AgentOptions options) => options.Camera == "none" || options.ModelPack is null;

    private void OpenStores()
    {
        try
        {
            Directory.CreateDirectory(_options.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The state directory {_options.State} cannot be made: {fault.Message} Set State, or let this account write there.", fault);
        }

        Close(_options.LedgerFile, _options.EntriesFile, _options.CommandsFile, _options.PinsFile, _options.GalleryFile, _options.KeyFile);
        LinuxBootClock boot = new();
        _ledger = Own(Read(() => LedgerStore.Open(
            new LedgerOptions { Path = _options.LedgerFile, Terminal = _options.Terminal, ReserveBytes = _options.ReserveBytes }, boot.BootId, _time)));
        _health.Set(HealthBoard.Ledger, true, $"{_ledger.LastSeq} punches");
        _clock = new(new TrustedClockOptions(), _time, boot, new LinuxNtpProbe(), _ledger, new LinuxRtcProbe());
        _templateKey = Own(Read(() => TemplateKey.Open(_options.TemplateKeyFile, BoardTpm.Of(_options.Tpm), sealExisting: _options.Tpm != "auto")));
        TemplateVault vault = Own(TemplateVault.Open(_templateKey));
        _people = Own(Read(() => PeopleStore.Open(_options.GalleryFile, vault, _time)));
        _siteKeys = Own(Read(() => SiteKeys.Open(_options.SiteKeysFile)));
    }

    // A copied or restored state directory often loses its modes: names, punches and the key are for this account alone.
    private void Close(params string[] files)
    {
        foreach (string file in files.SelectMany(f => new[] { f, f + "-wal", f + "-shm" }).Where(File.Exists))
        {
            try
            {
                if ((File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                _narration.Warn("agent", $"Others may read {file}, and this account cannot change that: {fault.Message} Give the state directory to the agent's account.");
            }
        }
    }

    // A free port (Mcu:Port=0) is kept over restarts, since the MCU goes on calling where it was told to.
    private async Task<McuBroker> StartBrokerAsync(string password)
    {
        string memory = Path.Combine(_options.State, "mcu.port");
        if (_options.McuPort == 0 && File.Exists(memory)
            && int.TryParse(await File.ReadAllTextAsync(memory).ConfigureAwait(false), NumberStyles.None, CultureInfo.InvariantCulture, out int last) && last is > 0 and <= 65535)
        {
            McuBroker again = new(_options with { McuPort = last }, password, _desk, _narration, _time);
            try
            {
                await again.StartAsync().ConfigureAwait(false);
                return again;
            }
            catch (StartException)
            {
                await again.DisposeAsync().ConfigureAwait(false); // Taken meanwhile: another one, then.
            }
        }

        McuBroker broker = new(_options, password, _desk, _narration, _time);
        try
        {
            await broker.StartAsync().ConfigureAwait(false);
            // Whole, over a power cut: at another port the MCU would not find its board any more.
            if (_options.McuPort == 0) SecretFile.Replace(memory, Encoding.ASCII.GetBytes(broker.Port.ToString(CultureInfo.InvariantCulture)));
            return broker;
        }
        catch
        {
            await broker.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private EntryAnswers OpenEntries()
    {
        try
        {
            return new(_options.EntriesFile);
        }
        catch (SqliteException fault)
        {
            throw new StartException($"The file {_options.EntriesFile} cannot be opened: {fault.Message} It holds only answers to old card entries: move it away.", fault);
        }
    }

    private PinBook OpenPins()
    {
        try
        {
            return Read(() => new PinBook(_options.PinsFile, _options.PinsKeyFile, _time));
        }
        catch (SqliteException fault)
        {
            throw new StartException($"The file {_options.PinsFile} cannot be opened: {fault.Message} It holds only PINs: move it away and give new ones.", fault);
        }
    }

    private void StartFace(EventGate gate, PunchBook book, SiteClock site)
    {
        if (_templateKey.IsLocked)
        {
            _health.Set(HealthBoard.Models, false, _templateKey.Locked!);
            _visionTask = PartRunner.RunAsync("picture without recognition", token => ViewPump.RunAsync(_slot, _tap, TimeSpan.MaxValue, _time, token), _narration, _time, _stopVision.Token);
        }
        else if (_options.ModelPack is not null)
        {
            RecognitionDesk desk = new(_options, _people, book, _clock, gate, _screen, _desk, _narration, site, () => _ledger.LedgerId);
            _vision = new(_options, _people, _slot, desk, _screen, _desk, _health, _heartbeats, _narration, new CrashGuard(Path.Combine(_options.State, "vision.guard")), _tap, _photos, _time);
            _health.Set(HealthBoard.Models, false, "loading");
            _visionTask = PartRunner.RunAsync("face recognition", RunVisionAsync, _narration, _time, _stopVision.Token);
        }
        else
        {
            _health.Set(HealthBoard.Models, false, "no model pack is configured");
            _narration.Tell("models", "No model pack is configured (ModelPack): this terminal takes cards only.");
            _visionTask = PartRunner.RunAsync("picture without recognition", token => ViewPump.RunAsync(_slot, _tap, TimeSpan.MaxValue, _time, token), _narration, _time, _stopVision.Token);
        }

        if (CameraAddress.TryCreate(_options.Camera, _time, out IFrameSource? source, out _) && source is not null)
        {
            _camera = new(source, _slot, _options, _health, _heartbeats, _narration, _time);
            _cameraTask = PartRunner.RunAsync("camera", _camera.RunAsync, _narration, _time, _stopCamera.Token);
        }
        else
        {
            _health.Set(HealthBoard.Camera, false, "no camera is configured");
        }
    }

    private void StartRest(PinBook pins, EventGate gate)
    {
        RosterDesk roster = new(_people, pins, () => _vision?.Models, _narration, _photos);
        _site = new(_options.Terminal, _siteKeys, new SitePapers(_options.Terminal, (_options.CaFile, _options.CertificateFile, _options.KeyFile), BoardTpm.Of(_options.Tpm)), _people, pins, () => _vision?.Models, _narration, _time, _photos);
        CommandDesk commands = StartCommands(roster);
        _certificate = Own(new CertificatePart(_options, _clock, gate, _narration, _time));
        _updates = StartUpdates();
        _downlink = new(roster, _site, (leaf, payload, token) => _bridge!.PublishAsync(leaf, payload, token), () => _bridge!.IsOnline, _narration, _time, _config, commands, _updates, _certificate);
        _config.Changed += keys => Follow(keys, gate);
        TerminalReport report = new(() => _vision?.Models?.Pack.ToString(), () => _desk.Firmware, () => _camera?.Status.LastFrameAt, _downlink, new(new(), _options.State, Parts));
        _bridge = new(_options, _ledger, _clock, report, _health, _narration, _time, _certificate.Keeper);
        _bridgeTask = PartRunner.RunAsync("uplink", _bridge.RunAsync, _narration, _time, _stopBridge.Token);
        PhotoSender photos = new(_photos, _ledger, _people, _clock, _bridge.AskAsync, () => _bridge.Quiet, _narration, _time);
        CancellationToken stop = _stopRest.Token;
        _restTask = Task.WhenAll(
            PartRunner.RunAsync("clock", token => _keeper.RunAsync(_heartbeats.Watch("clock", TimeSpan.FromSeconds(30)), token), _narration, _time, stop),
            PartRunner.RunAsync("certificate", _certificate.Keeper.RunAsync, _narration, _time, stop),
            PartRunner.RunAsync("commands", commands.RunAsync, _narration, _time, stop),
            PartRunner.RunAsync("updates", _updates.RunAsync, _narration, _time, stop),
            PartRunner.RunAsync("downlink", _downlink.RunAsync, _narration, _time, stop),
            _templateKey.IsLocked ? PartRunner.RunAsync("locked face templates", WaitForKeyAsync, _narration, _time, stop) : PartRunner.RunAsync("sending of photos", photos.RunAsync, _narration, _time, stop),
            PartRunner.RunAsync("screen", _screen.RunAsync, _narration, _time, stop),
            PartRunner.RunAsync("watchdog", _systemd.RunAsync, _narration, _time, stop));
    }

    private CommandDesk StartCommands(RosterDesk roster)
    {
        CommandBook book = Own(Read(() => new CommandBook(_options.CommandsFile)));
        CommandDesk commands = new(_options, book, new CommandPapers(_options.CaFile), _clock, new()
        {
            HasController = () => _broker?.IsOnline ?? false,
            OpenDoorAsync = id => _broker!.SendConfirmedAsync(new DoorMessage { Id = id, OpenMs = _options.DoorOpenMs }, TimeSpan.FromSeconds(10)),
            Stop = why => StopAsked?.Invoke(why),
            RestartBoard = BoardRestart.Run,
            RefreshRoster = () =>
            {
                roster.Forget();
                _downlink?.TellRoster();
            },
            RetryUpdates = () => _updates.Forgive(),
            Identify = () => _screen.Show(ScreenKind.Hint, text: _options.Terminal),
            CollectLog = () => LogExcerpt.Of(_narration.Recent),
            DoorEvent = text => _ledger.Events.Add("door", text, security: true),
        }, (leaf, payload, token) => _bridge!.PublishAsync(leaf, payload, token), () => _bridge!.IsOnline, _narration, _time);
        commands.Begin();
        return commands;
    }

    // What is read at each use is in force already; what was built from a setting is built again.
    private void Follow(IReadOnlyList<string> keys, EventGate gate)
    {
        if (keys.Contains("Liveness:Enabled")) TellLiveness(gate);
        if (keys.Contains("Photos:Enabled")) _photos.Enabled = _options.Photos;
        if (keys.Contains("TimeZone")) _ = _desk.SendTimeAsync();
        if (keys.Any(one => one is "WantedFpir" or "Liveness:Enabled" or "Liveness:Challenge" or "Liveness:Acts" or "Liveness:AskBelow" or "Face:MinimumEyes" or "Face:NearestOnly")) _ = _again.CancelAsync();
    }

    // Recognition is built anew where a setting that it is made of has changed: faces are away for the seconds that the models need, cards go on.
    private async Task RunVisionAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (_again.IsCancellationRequested) _again = new();
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _again.Token);
            try
            {
                await _vision!.RunAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // While the models were loading.
            }

            if (!cancellationToken.IsCancellationRequested) _narration.Tell("models", "Face recognition begins again with the settings that the bridge wishes.");
        }
    }

    private void ShowState()
    {
        if (_keeper.DiskLow) _screen.SetBase(ScreenKind.Full);
        else if (!_health.IsWhole && !CardsOnlyByChoice(_options)) _screen.SetBase(ScreenKind.CardPlease, StateTexts.CardsOnly(_options.Language));
        else _screen.SetBase(ScreenKind.Idle, UpdatePart.IsRecovery ? StateTexts.Recovery(_options.Language) : "");
    }

    private void TellLiveness(EventGate gate)
    {
        if (_options.Liveness || _options.ModelPack is null) return;
        gate.Offer("liveness-off", "Liveness is switched off on this terminal (Liveness:Enabled): a photo can punch.", security: true);
    }

    private void ReportPhotos(EventGate gate, string sentence)
    {
        _narration.Warn("photos", sentence);
        gate.Offer("photos", sentence);
    }

    private T Own<T>(T part) where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }

    private static T Read<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception fault) when (fault is LedgerException or GalleryException)
        {
            throw new StartException(fault.Message, fault);
        }
    }
}
