using System.Text.Json;
using System.Text.Json.Serialization;
using Devices.Edge.Agent.Camera;
using Devices.Edge.Agent.Downlink;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Agent.Recognition;
using Devices.Edge.Agent.Site;
using Devices.Edge.Ledger.Uplink;
using Devices.Edge.Ledger.Identity;

namespace Devices.Edge.Agent.Admin;

/// <summary><c>GET /health</c>: 200 while ready, else 503.</summary>
/// <param name="Ready">Camera, models, ledger and broker work.</param>
/// <param name="Mode"><c>whole</c>, <c>cards-only</c> or <c>down</c>.</param>
public sealed record HealthAnswer(bool Ready, string Mode, IReadOnlyDictionary<string, PartHealth> Parts, IReadOnlyList<string> Silent);

/// <summary><c>GET /status</c>.</summary>
public sealed record StatusAnswer
{
    public required string Terminal { get; init; }

    /// <summary>The site's name: the bridge's word, else the setting; empty for the main site.</summary>
    public required string Site { get; init; }

    /// <summary>Whether the bridge has told the site; then the setting <c>Site</c> says nothing.</summary>
    public bool SiteToldByBridge { get; init; }

    public required string Version { get; init; }

    public required string Mode { get; init; }

    public required bool Ready { get; init; }

    /// <summary>The ledger's id.</summary>
    public required Guid Ledger { get; init; }

    public required long LastSeq { get; init; }

    /// <summary>Every punch up to here has its final time.</summary>
    public required long Sealed { get; init; }

    /// <summary>Every punch up to here is durable at the bridge.</summary>
    public required long Watermark { get; init; }

    /// <summary>Punches that the bridge does not have.</summary>
    public required long Queue { get; init; }

    /// <summary>Punches whose time is not final.</summary>
    public required long Held { get; init; }

    /// <summary><c>ntp</c>, <c>bridge</c>, <c>rtc</c> or <c>untrusted</c>.</summary>
    public required string Clock { get; init; }

    public required long FreeBytes { get; init; }

    /// <summary>Model pack in force, <c>id@version</c>; null without models.</summary>
    public string? Pack { get; init; }

    /// <summary>The pack version whose templates are compared; an older one where a newer pack kept its embedder.</summary>
    public string? TemplatePack { get; init; }

    /// <summary>Templates compared.</summary>
    public int Gallery { get; init; }

    /// <summary>People known, with or without face.</summary>
    public int People { get; init; }

    /// <summary>People whose templates are of another pack only.</summary>
    public int EnrolAgain { get; init; }

    /// <summary>Threshold in force at the gallery's size.</summary>
    public float? Threshold { get; init; }

    public required bool Liveness { get; init; }

    /// <summary>When a person is asked to do something, and what, in words; null without a model pack.</summary>
    public string? Challenge { get; init; }

    /// <summary>Null where none is configured.</summary>
    public CameraStatus? Camera { get; init; }

    /// <summary>How the camera has seen faces since the start: focus and exposure; null before the first.</summary>
    public FaceLookStatus? Faces { get; init; }

    /// <summary>Frames that came whole but could not be decoded.</summary>
    public long Undecodable { get; init; }

    /// <summary>Where the key of the face templates is: <c>tpm</c> or <c>file</c>; <c>locked</c> where the TPM does not open it.</summary>
    public string TemplateKey { get; init; } = "file";

    /// <summary>The terminal's certificate: how long it is good, and how its renewal goes.</summary>
    public CertificateStatus? Certificate { get; init; }

    /// <summary>What the bridge wishes, and what of it is in force.</summary>
    public ConfigStatus? Configuration { get; init; }

    /// <summary>The revision of the bridge's configuration, as it said last.</summary>
    public long ConfigurationWanted { get; init; }

    public required bool McuOnline { get; init; }

    public required int McuPort { get; init; }

    /// <summary>Temperature in the MCU's case, °C; null where it has no sensor or has not said.</summary>
    public double? McuCelsius { get; init; }

    /// <summary>The MCU's supply, V.</summary>
    public double? McuVolts { get; init; }

    /// <summary>dBm; null over a cable and before the first measurement.</summary>
    public int? McuRssi { get; init; }

    /// <summary>Whether the MCU runs in safe mode after repeated crashes.</summary>
    public bool McuSafeMode { get; init; }

    /// <summary>The MCU's free memory, bytes.</summary>
    public long? McuFreeBytes { get; init; }

    /// <summary>Why the MCU started last: <c>power</c>, <c>crash</c>, <c>watchdog</c> ….</summary>
    public string? McuStartReason { get; init; }

    /// <summary>When the MCU started, ms since the Unix epoch.</summary>
    public long? McuStartedAt { get; init; }

    /// <summary>How often the MCU has connected anew since the agent started.</summary>
    public long McuHellos { get; init; }

    public string? McuFirmware { get; init; }

    /// <summary>Entries waiting on the MCU.</summary>
    public long McuQueue { get; init; }

    /// <summary>The platform's roster on this terminal.</summary>
    public RosterStatus? Roster { get; init; }

    /// <summary>This terminal among those of its site that share faces.</summary>
    public SiteStatus? SharedSite { get; init; }

    /// <summary>Evidence photos on their way to the bridge.</summary>
    public PhotoStatus? Photos { get; init; }

    public Contract.Messages.UpdateApplied? Updates { get; init; }

    public required bool BridgeOnline { get; init; }

    /// <summary>The bridge was reached, but punches are kept back until a person has acted (a fork, an altered ledger).</summary>
    public required bool UplinkStopped { get; init; }

    /// <summary>In one sentence.</summary>
    public required string Bridge { get; init; }
}

/// <summary>A refusal.</summary>
public sealed record ProblemAnswer(string Reason);

/// <summary><c>POST /people</c>.</summary>
public sealed record EnrolAnswer(
    string Id, string Name, bool Enrolled, int Templates, IReadOnlyList<PictureVerdict> Pictures, string? Reason, IReadOnlyList<Resemblance> LookAlikes, IReadOnlyList<Resemblance> Allowed);

/// <summary>Source-generated JSON of the socket: snake_case, nulls left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(ProblemAnswer))]
[JsonSerializable(typeof(UplinkCheck))]
[JsonSerializable(typeof(SiteStatus))]
[JsonSerializable(typeof(SelfTestAnswer))]
[JsonSerializable(typeof(EnrolAnswer))]
[JsonSerializable(typeof(LookAlikeReport))]
[JsonSerializable(typeof(IReadOnlyList<Person>))]
[JsonSerializable(typeof(IReadOnlyList<NarrationEvent>))]
[JsonSerializable(typeof(NarrationEvent))]
public sealed partial class AdminJson : JsonSerializerContext;
