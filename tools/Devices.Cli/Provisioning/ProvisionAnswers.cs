namespace Devices.Cli.Provisioning;

/// <summary>
/// What a provisioning is made of, however it came: from flags, the interview, a sealed bundle, or an earlier run's journal. Whatever is null was not
/// said. The Wi-Fi password is never among them in the journal.
/// </summary>
public sealed record ProvisionAnswers
{
    public string? Bridge { get; init; }

    public string? BridgeMqtt { get; init; }

    public string? BridgeName { get; init; }

    /// <summary>Until the certificate is in place; then forgotten.</summary>
    public string? Claim { get; init; }

    public string? Terminal { get; init; }

    public string? State { get; init; }

    public string? Site { get; init; }

    /// <summary>Where at the site, as "Main entrance"; for label and sheet.</summary>
    public string? Place { get; init; }

    public string? TimeZone { get; init; }

    public string? Camera { get; init; }

    public string? ModelPack { get; init; }

    /// <summary>Port of the agent's broker for the MCU.</summary>
    public int? McuPort { get; init; }

    /// <summary>Serial port of the MCU; null where this run leaves it alone.</summary>
    public string? Mcu { get; init; }

    /// <summary>This board's address as the MCU calls it.</summary>
    public string? McuHost { get; init; }

    /// <summary>The MCU's network; null leaves its Wi-Fi alone.</summary>
    public string? Ssid { get; init; }

    public string? WifiPasswordFile { get; init; }

    /// <summary>Where the keys are to be: <c>auto</c>, <c>none</c>, or a TPM's address; null leaves it as it is.</summary>
    public string? Tpm { get; init; }

    /// <summary>Language of the terminal's screen, label and sheet: <c>en</c> or <c>zh-CN</c>.</summary>
    public string? Language { get; init; }

    /// <summary>Whom to call, for the sheet.</summary>
    public string? Contact { get; init; }

    public IReadOnlyList<string> Set { get; init; } = [];

    /// <summary>Start the agent, or wait for it.</summary>
    public bool Start { get; init; }

    /// <summary><c>auto</c>, <c>ask</c> or <c>skip</c>.</summary>
    public string? CameraCheck { get; init; }

    public bool SelfTest { get; init; }

    /// <summary>Folder for label and sheet; null makes none.</summary>
    public string? HandOver { get; init; }

    public bool UplinkCheck { get; init; } = true;

    public int StepTimeout { get; init; } = 15;

    /// <summary>The bridge's roots in PEM, from a sealed bundle: what a board without a bridge in reach trusts.</summary>
    public string? Roots { get; init; }

    /// <summary>From a sealed bundle, in memory only.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string? WifiPassword { get; init; }

    /// <summary>From a sealed bundle, in memory only: the MCU has it already.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string? McuPassword { get; init; }

    /// <summary>What was said here, completed by what was said before.</summary>
    public ProvisionAnswers Over(ProvisionAnswers? before) => before is null ? this : before with
    {
        Bridge = Bridge ?? before.Bridge,
        BridgeMqtt = BridgeMqtt ?? before.BridgeMqtt,
        BridgeName = BridgeName ?? before.BridgeName,
        Claim = Claim ?? before.Claim,
        Terminal = Terminal ?? before.Terminal,
        State = State ?? before.State,
        Site = Site ?? before.Site,
        Place = Place ?? before.Place,
        TimeZone = TimeZone ?? before.TimeZone,
        Camera = Camera ?? before.Camera,
        ModelPack = ModelPack ?? before.ModelPack,
        McuPort = McuPort ?? before.McuPort,
        Mcu = Mcu ?? before.Mcu,
        McuHost = McuHost ?? before.McuHost,
        Ssid = Ssid ?? before.Ssid,
        WifiPasswordFile = WifiPasswordFile ?? before.WifiPasswordFile,
        Tpm = Tpm ?? before.Tpm,
        WifiPassword = WifiPassword ?? before.WifiPassword,
        McuPassword = McuPassword ?? before.McuPassword,
        Language = Language ?? before.Language,
        Contact = Contact ?? before.Contact,
        Set = Set.Count > 0 ? Set : before.Set,
        Start = Start || before.Start,
        CameraCheck = CameraCheck ?? before.CameraCheck,
        SelfTest = SelfTest || before.SelfTest,
        HandOver = HandOver ?? before.HandOver,
        UplinkCheck = UplinkCheck && before.UplinkCheck,
        StepTimeout = StepTimeout,
        Roots = Roots ?? before.Roots,
    };

    public static ProvisionAnswers Of(ProvisionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new()
        {
            Bridge = Said(settings.Bridge),
            BridgeMqtt = Said(settings.BridgeMqtt),
            BridgeName = Said(settings.BridgeName),
            Claim = Said(settings.Claim),
            Terminal = Said(settings.Terminal),
            State = Said(settings.State),
            Site = settings.Site,
            Place = settings.Place,
            TimeZone = settings.TimeZone,
            Camera = settings.Camera,
            ModelPack = settings.ModelPack,
            McuPort = settings.McuPort,
            Mcu = Said(settings.Mcu),
            McuHost = Said(settings.McuHost),
            Ssid = Said(settings.Ssid),
            WifiPasswordFile = Said(settings.WifiPasswordFile),
            Language = settings.Language,
            Contact = settings.Contact,
            Set = settings.Set,
            Start = settings.Start,
            CameraCheck = settings.CameraCheck,
            SelfTest = settings.SelfTest,
            Tpm = Said(settings.Tpm),
            HandOver = Said(settings.HandOver),
            UplinkCheck = !settings.NoUplinkCheck,
            StepTimeout = settings.StepTimeout,
        };
    }

    private static string? Said(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
