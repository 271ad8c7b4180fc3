using System.Reflection;
using System.Text.Json;
using Devices.Cli.Accuracy;
using Devices.Cli.Bridge;
using Devices.Cli.Completion;
using Devices.Cli.Doctor;
using Devices.Cli.Flash;
using Devices.Cli.Font;
using Devices.Cli.Hardware;
using Devices.Cli.Ledger;
using Devices.Cli.Models;
using Devices.Cli.Provisioning;
using Devices.Cli.Provisioning.Batch;
using Devices.Cli.Provisioning.Bundles;
using Devices.Cli.Release;
using Devices.Cli.Sim;
using Devices.Cli.Site;
using Devices.Cli.Terminal;
using Devices.Cli.View;
using Devices.Cli.Wifi;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Devices.Cli.App;

/// <summary>The command tree of <c>devices</c>.</summary>
public static class CliApp
{
    /// <summary>As <c>devices --version</c> says it; without the build's mark.</summary>
    public static string Version { get; } = (typeof(CliApp).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+')[0];

    public static void Configure(IConfigurator config, CliHost host)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(host);
        config.SetApplicationName("devices");
        config.SetApplicationVersion(Version);
        config.Settings.ShowOptionDefaultValues = true;
        config.Settings.StrictParsing = true;
        config.Settings.Registrar.RegisterInstance(host);
        config.SetHelpProvider(new BranchHelp(config.Settings));
        config.SetExceptionHandler((e, _) => Refuse(e, host));

        config.AddBranch("models", models =>
        {
            models.SetDescription("Install, list and verify model packs.");
            models.AddCommand<InstallCommand>("install").WithDescription("Get a pack's weights from the sources in its manifest, checked, into the cache.");
            models.AddCommand<ListCommand>("list").WithDescription("Show the packs there are and those installed.");
            models.AddCommand<VerifyCommand>("verify").WithDescription("Check installed packs against their manifests.");
        });
        config.AddBranch("flash", flash =>
        {
            flash.SetDescription("Write the terminal's runtime and program into an ESP32 board over USB or the network.");
            flash.AddCommand<FlashWriteCommand>("write").WithDescription("Write, each piece proved by the chip's own MD5; goes on where an earlier run stopped.")
                .WithExample("flash", "write", "--runtime", "ESP32_S3_OCTAL/", "--app", "Devices.Terminal.bin", "--port", "/dev/ttyUSB0");
            flash.AddCommand<FlashVerifyCommand>("verify").WithDescription("Compare flash with files, changing nothing.");
            flash.AddCommand<FlashInfoCommand>("info").WithDescription("Show chip, MAC, flash and partitions.");
            flash.AddCommand<FlashReadCommand>("read").WithDescription("Copy a region of flash into a file.");
            flash.AddCommand<FlashEraseCommand>("erase").WithDescription("Empty the flash or a region.");
            flash.AddCommand<FlashPortsCommand>("ports").WithDescription("Show this computer's USB serial ports.");
        });
        config.AddBranch("wifi", wifi =>
        {
            wifi.SetDescription("Give the MCU its Wi-Fi network over USB (Improv).");
            wifi.AddCommand<WifiJoinCommand>("join").WithDescription("Have the board join a network; it keeps the settings only if that worked.")
                .WithExample("wifi", "join", "--port", "/dev/ttyACM0", "--ssid", "Shop", "--password-file", "wifi.txt");
            wifi.AddCommand<WifiScanCommand>("scan").WithDescription("Show the networks that the board hears.");
            wifi.AddCommand<WifiStateCommand>("state").WithDescription("Show what the board is and whether it has joined a network.");
        });
        config.AddBranch("provision", provision =>
        {
            provision.SetDescription("From an empty board to a terminal whose self-test the bridge has seen; by questions, by flags, or from a sealed bundle.");
            provision.SetDefaultCommand<ProvisionCommand>();
            provision.AddCommand<BundleCommand>("bundle").WithDescription("Seal the answers for one board into a file, for a place where the bridge is out of reach.")
                .WithExample("provision", "bundle", "--bridge", "https://bridge.example:5443", "--claim", "CODE@ROOTSHA256HEX", "--terminal", "m2-001", "--out", "m2-001.bundle");
            provision.AddCommand<BatchCommand>("batch").WithDescription("Bundles, labels and MCUs for a list of boards (CSV).")
                .WithExample("provision", "batch", "--csv", "boards.csv", "--bridge", "https://bridge.example:5443", "--out", "boards/");
        });
        config.AddCommand<EnrolCommand>("enrol").WithDescription("Enrol people at a terminal from pictures.")
            .WithExample("enrol", "people/", "--agent", "/var/lib/devices/agent/agent.sock");
        config.AddBranch("people", people =>
        {
            people.SetDescription("Who is enrolled at a terminal.");
            people.SetDefaultCommand<PeopleListCommand>();
            people.AddCommand<PeopleListCommand>("list").WithDescription("Show who is enrolled.");
            people.AddCommand<PeopleLookAlikesCommand>("lookalikes").WithDescription("Show people whose faces are hard to tell apart.");
            people.AddCommand<PeoplePinCommand>("pin").WithDescription("Give a person a PIN for the keypad, or take it away.");
            people.AddCommand<PeopleRemoveCommand>("remove").WithDescription("Erase a person and their templates.");
        });
        config.AddBranch("site", site =>
        {
            site.SetDescription("Share faces between a site's terminals, sealed: the bridge hands on what it cannot read.");
            site.AddCommand<SiteStatusCommand>("status").WithDescription("Show this terminal's code and the site's other terminals.");
            site.AddCommand<SiteCreateCommand>("create").WithDescription("Make the key of a new site, at its first terminal.");
            site.AddCommand<SiteApproveCommand>("approve").WithDescription("Approve another terminal by the code that it shows; to be run at both.");
            site.AddCommand<SiteRevokeCommand>("revoke").WithDescription("Take a terminal out: the others get a new key.");
            site.AddCommand<SiteLeaveCommand>("leave").WithDescription("Forget the site at this terminal, and make another exchange key.");
        });
        config.AddBranch("ledger", ledger =>
        {
            ledger.SetDescription("Check or show a terminal's ledger file, also while the agent runs.");
            ledger.AddCommand<LedgerVerifyCommand>("verify").WithDescription("Recompute the chain and report the first fault.");
            ledger.AddCommand<LedgerShowCommand>("show").WithDescription("Show the punches in the file.");
        });
        config.AddBranch("bridge", bridge =>
        {
            bridge.SetDescription("Back up a bridge while it runs, check a backup, restore it.");
            bridge.AddCommand<BridgeBackupCommand>("backup").WithDescription("Everything of a bridge in one checked file, while it runs.")
                .WithExample("bridge", "backup", "--data", "/var/lib/devices/bridge", "--to", "/backup/bridge-2026-03-02.tar");
            bridge.AddCommand<BridgeVerifyCommand>("verify").WithDescription("Check a backup: hashes, counts, the database, every ledger's chain.");
            bridge.AddCommand<BridgeRestoreCommand>("restore").WithDescription("Put a checked backup in place, in SQLite or an empty PostgreSQL database.")
                .WithExample("bridge", "restore", "/backup/bridge-2026-03-02.tar", "--data", "/var/lib/devices/bridge");
        });
        config.AddBranch("release", release =>
        {
            release.SetDescription("Sign and publish updates of agent, model packs and firmware; keys stay offline.");
            release.AddCommand<ReleaseInitCommand>("init").WithDescription("Make a release repository: new keys, and the first root, signed.")
                .WithExample("release", "init", "releases/", "--keys", "/media/stick/keys", "--timestamp", "bridge-timestamp.pub");
            release.AddCommand<ReleasePackageCommand>("package").WithDescription("Pack an agent, a model pack or a firmware, the same bytes each time.")
                .WithExample("release", "package", "releases/", "agent", "publish/", "--version", "1.2.0", "--runtime", "linux-arm64");
            release.AddCommand<ReleasePublishCommand>("publish").WithDescription("Sign the packages and the snapshot that names them.")
                .WithExample("release", "publish", "releases/", "--key", "/media/stick/keys/targets.pem", "--key", "/media/stick/keys/snapshot.pem");
            release.AddCommand<ReleaseSignCommand>("sign").WithDescription("Add a signature to what waits for more of them.");
            release.AddCommand<ReleaseAddKeyCommand>("add-key").WithDescription("Draft the next root with one key more.");
            release.AddCommand<ReleaseRotateCommand>("rotate-root").WithDescription("Draft the next root with keys removed, other thresholds or a new expiry.");
            release.AddCommand<ReleaseShowCommand>("show").WithDescription("Show keys, thresholds, versions, expiry and packages.");
        });
        config.AddBranch("hardware", hardware =>
        {
            hardware.SetDescription("Pin map and wiring of the terminal's MCU.");
            hardware.AddCommand<WiringCommand>("wiring").WithDescription("Check the pin map and draw each board's wiring as SVG.");
        });
        config.AddCommand<SimCommand>("sim").WithDescription("Show a simulated terminal in the browser, running the firmware's own code.")
            .WithExample("sim").WithExample("sim", "--broker", "127.0.0.1:1883", "--password-file", "/var/lib/devices/agent/mcu.password");
        config.AddCommand<FontCommand>("font").WithDescription("Make the terminal's bitmap font from a font file.");
        config.AddCommand<DoctorCommand>("doctor").WithDescription("Check a terminal: what was found, what it means, what to do.");
        config.AddCommand<ViewCommand>("view").WithDescription("Show the camera's live picture with what recognition makes of it, in a browser.")
            .WithExample("view", "--agent", "/var/lib/devices/agent/agent.sock");
        config.AddCommand<AccuracyCommand>("accuracy").WithDescription("Measure a model pack on pictures of known people: person/picture.jpg.")
            .WithExample("accuracy", "people/", "--report", "accuracy/");
        config.AddCommand<CompletionCommand>("completion").WithDescription("Print the completion script of a shell: bash, zsh, fish or powershell.")
            .WithExample("completion", "bash");
        config.AddCommand<CompleteCommand>(CompleteCommand.Word).IsHidden();
        config.AddCommand<ExitCodesCommand>("exit-codes").WithDescription("Print the table of exit codes.");
    }

    // Reached by command-line mistakes; faults inside commands end in CliCommand.
    private static int Refuse(Exception e, CliHost host)
    {
        ExitCode code = e is CommandAppException ? ExitCodes.Usage : ExitCodes.Unexpected;
        if (host.Json is { } json)
        {
            json.WriteLine(JsonSerializer.Serialize(new FaultReport(false, new FaultDetail(code.Number, code.Name, e.Message.ReplaceLineEndings(" "), code.Remedy)), CliJson.Default.FaultReport));
            return code.Number;
        }

        host.Error.Profile.Out.Writer.WriteLine($"Error {code.Number} ({code.Name}): {e.Message.ReplaceLineEndings(" ")}");
        host.Error.Profile.Out.Writer.WriteLine($"What to do: {code.Remedy}");
        return code.Number;
    }
}
