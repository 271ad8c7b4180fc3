using System.Globalization;
using System.Text.RegularExpressions;
using Devices.Cli.App;
using Devices.Contract.Punches;

namespace Devices.Cli.Provisioning;

/// <summary>The flags, completed and checked, before anything on the board or the network is touched.</summary>
public sealed partial record ProvisionPlan
{
    private const int DefaultEnrolmentPort = 5443;
    private const int DefaultMqttPort = 8883;

    public required Endpoint Enrolment { get; init; }
    public required Endpoint Mqtt { get; init; }
    public required string ServerName { get; init; }
    public required Claim Claim { get; init; }
    public required string Terminal { get; init; }
    public required string State { get; init; }
    public required string? TimeZone { get; init; }
    public required TimeSpan StepLimit { get; init; }

    /// <exception cref="CliException">A value cannot be used; the sentence names its flag.</exception>
    public static ProvisionPlan Of(ProvisionSettings settings, string bridge, string claim, string terminal, string state, CliHost host)
    {
        Endpoint enrolment = Bridge(bridge);
        if (!PunchRules.IsTerminalName(terminal))
            throw new CliException(ExitCodes.Usage, $"--terminal '{terminal}' must be 1 to 32 of a-z, 0-9 and '-', not beginning with '-'.");
        if (settings.StepTimeout is < 1 or > 600) throw new CliException(ExitCodes.Usage, $"--step-timeout {settings.StepTimeout} must be 1 to 600 seconds.");
        if (settings.McuPort is < 0 or > 65535) throw new CliException(ExitCodes.Usage, $"--mcu-port {settings.McuPort} is not a port.");
        if (settings.TimeZone is { } zone) CheckZone(zone);
        foreach (string pair in settings.Set)
            if (!KeyValue().IsMatch(pair)) throw new CliException(ExitCodes.Usage, $"--set '{pair}' is not KEY=VALUE.");
        return new ProvisionPlan
        {
            Enrolment = enrolment,
            Mqtt = settings.BridgeMqtt is { } mqtt ? Endpoint.Parse(mqtt, DefaultMqttPort, "--bridge-mqtt") : enrolment with { Port = DefaultMqttPort },
            ServerName = settings.BridgeName ?? enrolment.Host,
            Claim = Claim.Parse(claim),
            Terminal = terminal,
            State = Path.GetFullPath(state, host.WorkingDirectory),
            TimeZone = settings.TimeZone,
            StepLimit = TimeSpan.FromSeconds(settings.StepTimeout),
        };
    }

    private static Endpoint Bridge(string text)
    {
        string address = text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text;
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme != Uri.UriSchemeHttps || uri.AbsolutePath != "/" || uri.Host.Length == 0)
            throw new CliException(ExitCodes.Usage, $"--bridge '{text}' is not https://HOST:PORT.");
        bool named = text.EndsWith($":{uri.Port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal) || text.EndsWith($":{uri.Port.ToString(CultureInfo.InvariantCulture)}/", StringComparison.Ordinal);
        return new Endpoint(uri.IdnHost, named ? uri.Port : DefaultEnrolmentPort);
    }

    private static void CheckZone(string zone)
    {
        // A board without tzdata cannot tell; the bridge, which computes with zones, can.
        if (!Directory.Exists("/usr/share/zoneinfo") || TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)) return;
        throw new CliException(ExitCodes.Usage, $"--time-zone '{zone}' is not an IANA time zone such as Asia/Shanghai or Europe/Berlin.");
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9:]*=.*\z", RegexOptions.Singleline)]
    private static partial Regex KeyValue();
}
