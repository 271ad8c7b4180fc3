using System.Globalization;
using System.Text.RegularExpressions;
using Devices.Cli.App;
using Devices.Cli.Wifi;
using Devices.Contract.Punches;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Cli.Provisioning;

/// <summary>The flags, completed and checked, before anything on the board or the network is touched.</summary>
public sealed partial record ProvisionPlan
{
    private const int DefaultEnrolmentPort = 5443;
    private const int DefaultMqttPort = 8883;
    private const int DefaultMcuPort = 1883;

    public required Endpoint Enrolment { get; init; }
    public required Endpoint Mqtt { get; init; }
    public required string ServerName { get; init; }
    public required Claim Claim { get; init; }
    public required string Terminal { get; init; }
    public required string State { get; init; }
    public required string? TimeZone { get; init; }
    public required TimeSpan StepLimit { get; init; }

    /// <summary>This board's address as the MCU calls it; null where no MCU calls it over the network.</summary>
    public required string? McuHost { get; init; }

    /// <summary>Port of the agent's broker for the MCU.</summary>
    public int McuPort { get; init; } = DefaultMcuPort;

    /// <exception cref="CliException">A value cannot be used; the sentence names its flag.</exception>
    public static ProvisionPlan Of(ProvisionAnswers answers, CliHost host)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(host);
        Endpoint enrolment = Bridge(answers.Bridge!);
        if (!PunchRules.IsTerminalName(answers.Terminal!))
            throw new CliException(ExitCodes.Usage, $"--terminal '{answers.Terminal}' must be 1 to 32 of a-z, 0-9 and '-', not beginning with '-'.");
        if (answers.StepTimeout is < 1 or > 600) throw new CliException(ExitCodes.Usage, $"--step-timeout {answers.StepTimeout} must be 1 to 600 seconds.");
        if (answers.McuPort is < 0 or > 65535) throw new CliException(ExitCodes.Usage, $"--mcu-port {answers.McuPort} is not a port.");
        if (answers.Mcu is not null && answers.McuPort == 0) throw new CliException(ExitCodes.Usage, "--mcu-port 0 takes any free port, and --mcu has to tell the MCU which.", "Give --mcu-port with a number, or leave it out (1883).");
        if (answers.TimeZone is { } zone && Zones.Fault(zone) is { } wrong) throw new CliException(ExitCodes.Usage, $"--time-zone {wrong}");
        if (answers.CameraCheck is not (null or "auto" or "ask" or "skip")) throw new CliException(ExitCodes.Usage, $"--camera-check '{answers.CameraCheck}' must be auto, ask or skip.");
        if (answers.Language is not (null or "en" or "zh-CN")) throw new CliException(ExitCodes.Usage, $"--language '{answers.Language}' must be en or zh-CN.");
        if (BoardTpm.Refusal(answers.Tpm) is { } noTpm) throw new CliException(ExitCodes.Usage, $"--tpm {noTpm}.");
        if (answers.Ssid is { } ssid && WifiRules.NameFault(ssid) is { } fault) throw new CliException(ExitCodes.Usage, $"--ssid {fault}");
        if (answers.Mcu is null && answers.Ssid is not null) throw new CliException(ExitCodes.Usage, "--ssid is the MCU's network; which MCU was not named.", "Give --mcu with its serial port.");
        foreach (string pair in answers.Set)
            if (!KeyValue().IsMatch(pair)) throw new CliException(ExitCodes.Usage, $"--set '{pair}' is not KEY=VALUE.");
        Endpoint mqtt = answers.BridgeMqtt is { } given ? Endpoint.Parse(given, DefaultMqttPort, "--bridge-mqtt") : enrolment with { Port = DefaultMqttPort };
        return new ProvisionPlan
        {
            Enrolment = enrolment,
            Mqtt = mqtt,
            ServerName = answers.BridgeName ?? enrolment.Host,
            Claim = answers.Claim is { } claim ? Claim.Parse(claim) : Claim.None,
            Terminal = answers.Terminal!,
            State = Path.GetFullPath(answers.State!, host.WorkingDirectory),
            TimeZone = answers.TimeZone,
            StepLimit = TimeSpan.FromSeconds(answers.StepTimeout),
            McuHost = answers.McuHost ?? (answers.Mcu is null ? null : BoardAddress.Towards(mqtt)),
            McuPort = answers.McuPort ?? DefaultMcuPort,
        };
    }

    /// <exception cref="CliException">It is no https address.</exception>
    public static Endpoint Bridge(string text)
    {
        string address = text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text;
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme != Uri.UriSchemeHttps || uri.AbsolutePath != "/" || uri.Host.Length == 0)
            throw new CliException(ExitCodes.Usage, $"--bridge '{text}' is not https://HOST:PORT.");
        bool named = text.EndsWith($":{uri.Port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal) || text.EndsWith($":{uri.Port.ToString(CultureInfo.InvariantCulture)}/", StringComparison.Ordinal);
        return new Endpoint(uri.IdnHost, named ? uri.Port : DefaultEnrolmentPort);
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9:]*=.*\z", RegexOptions.Singleline)]
    private static partial Regex KeyValue();
}
