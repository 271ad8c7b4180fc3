using System.Globalization;
using System.Security.Cryptography;
using Devices.Cli.App;
using Devices.Cli.Flash;
using Devices.Cli.Flash.Serial;
using Devices.Cli.Wifi;
using Spectre.Console;

namespace Devices.Cli.Provisioning.Run;

/// <summary>The MCU over USB: who it is, its Wi-Fi by Improv, and the board that it calls.</summary>
internal sealed class McuSteps(ProvisionScene scene)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    public IEnumerable<Step> Steps()
    {
        yield return new("mcu", "MCU", Side.Mcu, Patience, token => TalkAsync(Who, token)) { IsDone = () => scene.Journal.IsDone("mcu-settings") };
        if (scene.Answers.Ssid is not null) yield return new("mcu-wifi", "MCU's Wi-Fi", Side.Mcu, TimeSpan.FromSeconds(75), token => TalkAsync(JoinAsync(), token))
        {
            IsDone = () => scene.Journal.IsDone("mcu-wifi"),
            // Whoever types a password is not hurried; what the board needs has limits of its own.
            AsksPerson = scene.Answers is { WifiPassword: null, WifiPasswordFile: null },
        };
        yield return new("mcu-settings", "MCU's settings", Side.Mcu, Patience, token => TalkAsync(Configure, token)) { IsDone = () => scene.Journal.IsDone("mcu-settings") };
    }

    /// <summary>The password between the MCU and this board: made here where there is none yet, in the form in which the agent makes it.</summary>
    public static string Password(string state)
    {
        string file = Path.Combine(state, "mcu.password");
        if (File.Exists(file)) return File.ReadAllText(file).Trim();
        string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        Keep(state, password);
        return password;
    }

    /// <summary>Puts a password in place, where there is none yet: the agent keeps what it finds.</summary>
    public static void Keep(string state, string password)
    {
        string file = Path.Combine(state, "mcu.password");
        if (File.Exists(file)) return;
        Files.WriteAtomically(file, password + "\n", Files.Secret);
        Ownership.Give(state);
    }

    /// <summary>What the MCU is told: its name, the board's address and port, the device key, and its language.</summary>
    public static List<string> Texts(ProvisionPlan plan, ProvisionAnswers answers, string password) =>
    [
        plan.Terminal, plan.McuHost!, plan.McuPort.ToString(CultureInfo.InvariantCulture), password, $"chinese={(answers.Language == "zh-CN" ? "true" : "false")}",
    ];

    // Reading a serial line blocks; the client looks at the token several times a second.
    private Task<string> TalkAsync(Func<ImprovClient, CancellationToken, string> talk, CancellationToken cancellationToken) => Task.Run(() =>
    {
        try
        {
            using ISerialLine line = scene.OpenMcu();
            return talk(new ImprovClient(line, scene.Host), cancellationToken);
        }
        catch (SerialLineException fault)
        {
            throw FlashFaults.Explain(fault);
        }
    }, CancellationToken.None);

    private string Who(ImprovClient board, CancellationToken cancellationToken)
    {
        bool joined = board.IsProvisioned(cancellationToken);
        ImprovDevice device = board.Device(cancellationToken);
        scene.Mcu = $"{device.Firmware} {device.Version} on {device.Chip}";
        return $"{scene.Mcu} at {scene.Answers.Mcu}, {(joined ? "has joined a network" : "has joined no network yet")}.";
    }

    // The password is asked for here and not before: nothing keeps it.
    private Func<ImprovClient, CancellationToken, string> JoinAsync()
    {
        string ssid = scene.Answers.Ssid!, password = WifiSecret.Of(scene);
        return (board, token) =>
        {
            if (board.IsProvisioned(token) && !scene.Replace) return "has joined a network before; it was left as it is (`devices wifi join --replace` changes it).";
            board.Join(ssid, password, token);
            return $"has joined '{ssid}' and keeps it.";
        };
    }

    private string Configure(ImprovClient board, CancellationToken cancellationToken)
    {
        board.Configure(Texts(scene.Plan, scene.Answers, Password(scene.Plan.State)), cancellationToken);
        return $"it is '{scene.Plan.Terminal}', calls {scene.Plan.McuHost}:{scene.Plan.McuPort}, and starts anew.";
    }
}
