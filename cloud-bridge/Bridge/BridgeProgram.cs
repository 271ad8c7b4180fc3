using System.Net.Sockets;
using Devices.Bridge.Commands;
using Devices.Bridge.Fleet;
using Devices.Bridge.Operations;
using Devices.Bridge.Scale;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Updates;

namespace Devices.Bridge;

/// <summary>The command line: <c>Devices.Bridge [claim|password] …</c>; without a subcommand it serves.</summary>
public static class BridgeProgram
{
    /// <summary>Could not start for a reason the operator can mend.</summary>
    public const int StartFailed = 2;

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        try
        {
            return args.FirstOrDefault() switch
            {
                "claim" => await ClaimCommands.RunAsync(args[1..], output),
                "ca" => await CaCommands.RunAsync(args[1..], output),
                "terminal" => await TerminalCommands.RunAsync(args[1..], output),
                "person" => await PersonCommands.RunAsync(args[1..], output),
                "release" => await ReleaseCommands.RunAsync(args[1..], output),
                "account" => await AccountCommands.RunAsync(args[1..], output),
                "password" => await FleetCommands.PasswordAsync(args[1..], output),
                "replay" => await TargetCommands.ReplayAsync(args[1..], output),
                "webhook-on" => await TargetCommands.WebhookOnAsync(args[1..], output),
                "webhook-secret" => await TargetCommands.WebhookSecretAsync(args[1..], output),
                "api-key" => await ProgramCommands.ApiKeyAsync(args[1..], output),
                "report-grants" => await ProgramCommands.GrantsAsync(args[1..], output),
                "notices" => await NoticesCommand.RunAsync(args[1..], output),
                "consent" => await ConsentCommand.RunAsync(args[1..], output),
                "face-consent" => await FaceConsentCommand.RunAsync(args[1..], output),
                "patrol" => await PatrolCommand.RunAsync(args[1..], output),
                "wifi" => await WifiCommand.RunAsync(args[1..], output),
                "health" => await HealthCommand.RunAsync(args[1..], output),
                "help" or "--help" or "-h" => Help(output),
                { } word when !word.StartsWith('-') => throw new BridgeStartException($"There is no subcommand '{word}': use claim, ca, terminal, person, release, account, password, replay, webhook-on, webhook-secret, api-key, report-grants, consent, face-consent, patrol, wifi, health or notices, or none to serve."),
                _ => await ServeAsync(args, output),
            };
        }
        catch (BridgeStartException fault)
        {
            await errors.WriteLineAsync(fault.Message);
            return StartFailed;
        }
    }

    private static async Task<int> ServeAsync(string[] args, TextWriter output)
    {
        await using WebApplication app = BridgeApplication.Build(args);
        BridgeOptions options = app.Services.GetRequiredService<BridgeOptions>();
        PrivateFiles.MakeDirectory(options.Data);
        using FileLock only = FileLock.TryTake(Path.Combine(options.Data, "bridge.lock"))
            ?? throw new BridgeStartException($"Another bridge serves {options.Data} already: stop it, or choose another directory with Bridge:Data.");
        // The container disposes the store last of all, after everything that writes.
        await using SqlDatabase store = app.Services.GetRequiredService<SqlDatabase>();
        if (options.TakesTerminals || options.Keeps)
        {
            CertificateAuthority authority = app.Services.GetRequiredService<CertificateAuthority>();
            if (options.Keeps) authority.RequireKey();
            _ = authority.ServerCertificate();
        }
        if (app.Services.GetService<NodeBook>() is { } nodes) await nodes.JoinAsync();
        await StartAsync(app);

        if (options.Keeps && await app.Services.GetRequiredService<FirstAccount>().EnsureAsync() is { } password)
            await output.WriteLineAsync($"HR one-time password: {password}");
        Listeners listeners = app.Services.GetRequiredService<Listeners>();
        listeners.Ready = true;
        await output.WriteLineAsync($"bridge ready {(options.Several ? $"role={options.Role} node={options.Node} " : "")}{listeners.Line()}");
        await output.FlushAsync();
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>Starts the host; a taken port becomes a sentence.</summary>
    /// <exception cref="BridgeStartException">A listener cannot be opened.</exception>
    public static async Task StartAsync(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        try
        {
            await app.StartAsync();
        }
        catch (IOException fault) when (fault.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await StopStartedAsync(app);
            throw new BridgeStartException(Taken(app.Services.GetRequiredService<Listeners>(), fault), fault);
        }
        catch (SocketException fault)
        {
            await StopStartedAsync(app);
            throw new BridgeStartException(fault.SocketErrorCode switch
            {
                SocketError.AccessDenied => "This user may not listen on a port below 1024: choose another with Bridge:Http:Url, Bridge:Https:Port or Bridge:Mqtt:Port.",
                SocketError.AddressNotAvailable => "Bridge:Http:Url, Bridge:Https:Bind or Bridge:Mqtt:Bind names an address that this machine does not have.",
                _ => $"A listener cannot be opened: {fault.Message}",
            }, fault);
        }
    }

    // What runs already is stopped in order: thrown away while at work, it would tell of its own end beside the one sentence.
    private static async Task StopStartedAsync(WebApplication app)
    {
        try
        {
            await app.StopAsync();
        }
        catch (Exception fault) when (fault is InvalidOperationException or AggregateException or ObjectDisposedException)
        {
            // A part that never started has nothing to stop.
        }
    }

    private static string Taken(Listeners listeners, IOException fault)
    {
        foreach ((string name, int port, string setting) in listeners.Wanted())
            if (fault.Message.Contains($":{port}:", StringComparison.Ordinal) || fault.Message.Contains($":{port} ", StringComparison.Ordinal))
                return $"Port {port} ({name}) is taken by another program: stop that one, or choose another port with {setting}.";
        return $"A port is taken by another program: {fault.Message}";
    }

    private static int Help(TextWriter output)
    {
        output.WriteLine(
            """
            Devices.Bridge [--config FILE] [--Bridge:Key=Value ...]            serve
            Devices.Bridge claim --data DIR [--terminal NAME] [--serial BOARD] [--hours 24] [--json]   a single-use claim for one terminal
            Devices.Bridge claim list --data DIR [--all] [--json]              claims that are open; claim withdraw ID ends one
            Devices.Bridge terminal revoke NAME --data DIR --reason TEXT --yes [--json]   shuts a terminal out at once, for good
            Devices.Bridge ca show|new-root|switch|retire|withdraw --data DIR [--force] [--json]   the exchange of the root certificate
            Devices.Bridge ca node --data DIR --to FOLDER [--names A,B]        roots and a server certificate for a node without the root's key
            Devices.Bridge terminal list --data DIR [--json]                   terminals and their sites
            Devices.Bridge terminal site NAME SITE --data DIR [--yes] [--json] gives a terminal another site ('main' for the main one)
            Devices.Bridge terminal rename-site OLD NEW --data DIR [--json]    gives a site another name
            Devices.Bridge person site ID SITE --data DIR [--remove] [--json]  assigns a person to a site ('main' for the main one); person sites ID lists
            Devices.Bridge account list|add|rights|disable|enable|second-reset|end-sessions --data DIR [--user NAME] ...   who may log in
            Devices.Bridge terminal config NAME [KEY=VALUE ...] --data DIR [--json]   shows or sets what is wished of its settings (KEY= withdraws; --site S, --all)
            Devices.Bridge terminal command NAME KIND --data DIR [--minutes N] open-door, reboot, collect-log, refresh-roster or identify
            Devices.Bridge terminal commands NAME --data DIR [--json]          what became of them; terminal result ID prints a collected log
            Devices.Bridge release key|import DIR|list|status --data DIR       signed updates: the timestamp's public key, what is published, rollouts
            Devices.Bridge release roll KIND/NAME/VERSION --data DIR [--stages 1,10,50,100] [--soak MIN] [--abort PERCENT] [--silent MIN] [--site S] [--terminals A,B] [--enrol-again]
            Devices.Bridge release pause|resume|cancel ID --data DIR           a rollout
            Devices.Bridge password --data DIR --user hr [--json]              a new one-time password
            Devices.Bridge replay --data DIR --target NAME --from TIME --to TIME   punches of a time again to a target beside the platform
            Devices.Bridge replay --data DIR --target csv-drop --file NAME     a file of the CSV drop again
            Devices.Bridge api-key add|list|revoke --data DIR [--name NAME --reads terminals,… --sites '*'] [--id N]   keys by which programs read; add prints the key, once
            Devices.Bridge report-grants --role ROLE [--names]                 SQL by which a PostgreSQL role may read the views for reports
            Devices.Bridge webhook-secret                                      a new signing secret
            Devices.Bridge webhook-on --data DIR                               the webhook on again after 410 Gone
            Devices.Bridge consent add|end|list --data DIR ...                 who may be told about whose punches
            Devices.Bridge face-consent add|withdraw|list --data DIR ...       who consents to face recognition
            Devices.Bridge patrol --data DIR [--terminal NAME] [--worst B] [--json]   each terminal's grade and findings now; exit code 86 where one is worse
            Devices.Bridge wifi policy|router|phone --data DIR ...             phones that routers see: a site's policy, routers, people's phones
            Devices.Bridge health [--url http://127.0.0.1:5080/health/ready]   exit code 0 where a running bridge answers well
            Devices.Bridge notices --data DIR [--failed]                       the newest notices and who got them
            """);
        return 0;
    }
}
