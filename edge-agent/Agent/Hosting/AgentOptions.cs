using System.Net;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Agent.Recognition;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Track;
using NodaTime;

namespace Devices.Edge.Agent.Hosting;

/// <summary>The agent's configuration, validated. Made by <see cref="AgentConfiguration"/>; the README lists the keys.</summary>
public sealed record AgentOptions
{
    /// <summary><c>Terminal</c>: 1 to 32 of a-z, 0-9 and '-'; the name in its certificate.</summary>
    public required string Terminal { get; init; }

    /// <summary><c>Site</c>: for people only.</summary>
    public string Site { get; init; } = "";

    /// <summary><c>TimeZone</c>: IANA name; for the log and the screen only (days and shifts are the bridge's business).</summary>
    public DateTimeZone Zone { get => Live?.Now is { } now ? now.Zone : field; init; } = DateTimeZone.Utc;

    /// <summary><c>State</c>: directory of everything that must survive.</summary>
    public required string State { get; init; }

    /// <summary><c>Bridge:Host</c>; null keeps the terminal alone.</summary>
    public string? BridgeHost { get; init; }

    /// <summary><c>Bridge:Port</c>.</summary>
    public int BridgePort { get; init; } = 8883;

    /// <summary><c>Bridge:ServerName</c>: the name in the bridge's certificate.</summary>
    public string? BridgeServerName { get; init; }

    /// <summary><c>Bridge:EnrolmentHost</c>: where certificates are renewed; null is <see cref="BridgeHost"/>.</summary>
    public string? EnrolmentHost { get; init; }

    /// <summary><c>Bridge:EnrolmentPort</c>.</summary>
    public int EnrolmentPort { get; init; } = 5443;

    /// <summary><c>Camera</c>: see <see cref="Camera.CameraAddress"/>.</summary>
    public string Camera { get; init; } = "none";

    /// <summary><c>ModelPack</c>: directory of an installed pack; null for a terminal without face recognition.</summary>
    public string? ModelPack { get; init; }

    /// <summary><c>Mcu:Port</c>; 0 takes a free one.</summary>
    public int McuPort { get; init; } = 1883;

    /// <summary><c>Mcu:Bind</c>: loopback, or the address of the private link to the MCU.</summary>
    public IPAddress McuBind { get; init; } = IPAddress.Loopback;

    /// <summary><c>Repeat:Seconds</c>: the same person again within it is no second punch.</summary>
    public TimeSpan RepeatWindow { get => Live?.Now is { } now ? now.RepeatWindow : field; init; } = TimeSpan.FromSeconds(60);

    /// <summary><c>WantedFpir</c>: wanted share of strangers taken for somebody at the gallery's size.</summary>
    public double WantedFpir { get => Live?.Now is { } now ? now.WantedFpir : field; init; } = 0.003;

    /// <summary><c>Liveness:Enabled</c>.</summary>
    public bool Liveness { get => Live?.Now is { } now ? now.Liveness : field; init; } = true;

    /// <summary><c>Liveness:Challenge</c>: when a person is asked to do something.</summary>
    public ChallengePolicy Challenge { get => Live?.Now is { } now ? now.Challenge : field; init; } = ChallengePolicy.Doubt;

    /// <summary><c>Liveness:Acts</c>: what a person is asked to do.</summary>
    public ChallengeActs ChallengeActs { get => Live?.Now is { } now ? now.ChallengeActs : field; init; } = ChallengeActs.Either;

    /// <summary><c>Liveness:AskBelow</c>: mean live score below which a live face is asked; null takes the pack's, 0 asks nobody for its sake.</summary>
    public float? AskBelow { get => Live?.Now is { } now ? now.AskBelow : field; init; }

    /// <summary><c>Face:Region</c>: where in the picture a face may punch; everywhere where it is not given.</summary>
    public FaceRegion? FaceRegion { get; init; }

    /// <summary><c>Face:MinimumEyes</c>: pixels between the eyes below which a face is too far away to punch.</summary>
    public float MinimumEyes { get => Live?.Now is { } now ? now.MinimumEyes : field; init; } = QualityLimits.Recognition.MinimumEyeDistance;

    /// <summary>Limits of a face that punches, as <see cref="MinimumEyes"/> changes them.</summary>
    public QualityLimits QualityLimits => QualityLimits.Recognition with { MinimumEyeDistance = MinimumEyes };

    /// <summary><c>Face:NearestOnly</c>: only people about as near as the nearest one may punch.</summary>
    public bool NearestOnly { get => Live?.Now is { } now ? now.NearestOnly : field; init; } = true;

    /// <summary><c>Screen:Language</c>: of the hints on the screen.</summary>
    public HintLanguage Language { get => Live?.Now is { } now ? now.Language : field; init; } = HintLanguage.English;

    /// <summary><c>Door:OpenMs</c>: how long an accepted punch opens the door; 0 is never.</summary>
    public int DoorOpenMs { get => Live?.Now is { } now ? now.DoorOpenMs : field; init; }

    /// <summary><c>Card:Door</c>: whether card punches open it.</summary>
    public bool CardDoor { get => Live?.Now is { } now ? now.CardDoor : field; init; } = true;

    /// <summary><c>Face:Door</c>: whether face punches open it.</summary>
    public bool FaceDoor { get => Live?.Now is { } now ? now.FaceDoor : field; init; } = true;

    /// <summary><c>Frames:AgeLimitSeconds</c>: without a good frame for so long the camera is opened again.</summary>
    public TimeSpan FrameAgeLimit { get => Live?.Now is { } now ? now.FrameAgeLimit : field; init; } = TimeSpan.FromSeconds(5);

    /// <summary><c>Frames:IdlePerSecond</c>: frames looked at while the MCU reports nobody.</summary>
    public double IdleFramesPerSecond { get => Live?.Now is { } now ? now.IdleFramesPerSecond : field; init; } = 2;

    /// <summary><c>Ready:GraceSeconds</c>: after so long without camera or models the terminal calls itself ready for cards only.</summary>
    public TimeSpan ReadyGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>Ledger:ReserveMiB</c>: with less free on the disk new punches are refused, in bytes.</summary>
    public long ReserveBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary><c>Telemetry:Otlp</c>: where metrics go (OTLP over HTTP); null is nowhere.</summary>
    public Uri? Collector { get; init; }

    /// <summary><c>Telemetry:EverySeconds</c>.</summary>
    public TimeSpan CollectEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>Photos:Enabled</c>: whether an evidence photo of each face punch is taken and sent to the bridge.</summary>
    public bool Photos { get => Live?.Now is { } now ? now.Photos : field; init; }

    /// <summary><c>Photos:MaxMiB</c>, <c>Photos:KeepDays</c>, <c>Photos:ReserveMiB</c>.</summary>
    public PhotoLimits PhotoLimits { get => Live?.Now is { } now ? now.PhotoLimits : field; init; } = new();

    public string PhotosFolder => Path.Combine(State, "photos");

    /// <summary><c>Commands:OpenDoor</c>: whether the bridge may have the door released.</summary>
    public bool MayOpenDoor { get; init; } = true;

    /// <summary><c>Commands:Reboot</c>: what the bridge may start again.</summary>
    public RebootRight Reboot { get; init; } = RebootRight.Agent;

    /// <summary>Settings that this version does not know and left out; a sentence each.</summary>
    public IReadOnlyList<string> UnknownSettings { get; init; } = [];

    /// <summary><c>Update:Root</c>: the first root of signatures; null takes <c>update-root.json</c> of the installation.</summary>
    public string? UpdateRoot { get; init; }

    /// <summary><c>Update:KiBPerSecond</c>, in bytes; 0 for as fast as it comes.</summary>
    public long UpdateBytesPerSecond { get; init; } = 512 * 1024;

    /// <summary><c>Update:ConfirmMinutes</c>: within it a new version must have proved itself.</summary>
    public TimeSpan UpdateConfirmWithin { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary><c>Update:SettleSeconds</c>: so long it must have been up before it counts as proved.</summary>
    public TimeSpan UpdateSettle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary><c>Update:Flasher</c>: the <c>devices</c> tool, which writes the controller's firmware; null writes none.</summary>
    public string? UpdateFlasher { get; init; }

    /// <summary><c>Update:McuPort</c>: the serial port that the controller is flashed over.</summary>
    public string? UpdateMcuPort { get; init; }

    /// <summary><c>Update:Chip</c>: the controller's chip.</summary>
    public string UpdateChip { get; init; } = "esp32s3";

    /// <summary><c>Tpm</c>: <c>auto</c> (the kernel's, where there is one), <c>none</c>, or the address of a TPM.</summary>
    public string Tpm { get; init; } = "auto";

    /// <summary>Where the values come from; for what the bridge wishes.</summary>
    public SettingsSource Source { get; init; } = SettingsSource.None;

    /// <summary>What the bridge wishes, in force. Properties that can be wished for ask here first; copies of these options share it.</summary>
    public LiveSettings? Live { get; init; }

    /// <summary>The bridge's wishes as they came; nothing else lies in it.</summary>
    public string WishesFile => Path.Combine(State, "config.json");

    /// <summary>Commands that were carried out.</summary>
    public string CommandsFile => Path.Combine(State, "commands.db");

    public string LedgerFile => Path.Combine(State, "ledger.db");

    public string GalleryFile => Path.Combine(State, "gallery.db");

    public string EntriesFile => Path.Combine(State, "entries.db");

    /// <summary>Numbers and PINs, hashed; their key lies beside them in a file of its own.</summary>
    public string PinsFile => Path.Combine(State, "pins.db");

    public string PinsKeyFile => Path.Combine(State, "pins.key");

    public string SiteKeysFile => Path.Combine(State, "site.keys");

    public string TemplateKeyFile => Path.Combine(State, "templates.key");

    public string McuPasswordFile => Path.Combine(State, "mcu.password");

    public string Socket => Path.Combine(State, "agent.sock");

    public string TlsFolder => Path.Combine(State, "tls");

    public string KeyFile => Path.Combine(TlsFolder, "terminal.key");

    public string CertificateFile => Path.Combine(TlsFolder, "terminal.crt");

    public string CaFile => Path.Combine(TlsFolder, "ca.crt");
}
