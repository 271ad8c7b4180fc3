using System.Net;
using System.Net.Sockets;
using Devices.FleetLoad.Fleet;
using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Mqtt;

namespace Devices.FleetLoad.Peer;

/// <summary>
/// The peer: Debian's Mosquitto 2 with TLS 1.3, the bridge's own server certificate, client certificates demanded, each allowed its own topics only.
/// The subscriber connects beside it without TLS, and no queue or window is limited: all to the peer's favour.
/// </summary>
internal sealed class MosquittoHost : IAsyncDisposable
{
    private readonly Child _child;

    private MosquittoHost(Child child, Target target, int inner, string version) => (_child, Target, Inner, Version) = (child, target, inner, version);

    public int Id => _child.Id;

    public Target Target { get; }

    /// <summary>The subscriber's port.</summary>
    public int Inner { get; }

    public string Version { get; }

    public LoadFault Ended() => _child.Ended();

    public bool HasExited => _child.HasExited;

    public static async Task<MosquittoHost> StartAsync(string folder, FleetFolder fleet)
    {
        string program = File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto"
            : throw new LoadFault("Mosquitto is not installed (apt-get install mosquitto): leave the phase compare out, or install it.");
        Directory.CreateDirectory(folder);
        (string certificate, string key, string root) = fleet.ServerFiles();
        int outer = FreePort(), inner = FreePort();
        string list = Path.Combine(folder, "acl"), config = Path.Combine(folder, "mosquitto.conf");
        await File.WriteAllTextAsync(list, "pattern readwrite d/%u/#\n");
        await File.WriteAllTextAsync(config,
            $"""
            user {Environment.UserName}
            per_listener_settings true
            persistence false
            log_dest stderr
            log_type error
            log_type warning
            max_inflight_messages 0
            max_queued_messages 0
            listener {outer} 127.0.0.1
            cafile {root}
            certfile {certificate}
            keyfile {key}
            tls_version tlsv1.3
            require_certificate true
            use_identity_as_username true
            acl_file {list}
            listener {inner} 127.0.0.1
            allow_anonymous true

            """);
        Child child = Child.Start("Mosquitto", program, ["-c", config], Path.Combine(folder, "mosquitto.log"), _ => { });
        MosquittoHost host = new(child, new(new(IPAddress.Loopback, outer), fleet.Root), inner, await VersionAsync(program));
        for (int i = 0; i < 100 && !await AnswersAsync(outer); i++)
        {
            if (child.HasExited) throw child.Ended();
            await Task.Delay(50);
        }

        return host;
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    private static async Task<bool> AnswersAsync(int port)
    {
        try
        {
            using TcpClient probe = new();
            await probe.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<string> VersionAsync(string program)
    {
        using System.Diagnostics.Process asked = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, ["-h"]) { RedirectStandardOutput = true })!;
        string first = await asked.StandardOutput.ReadLineAsync() ?? "mosquitto";
        await asked.StandardOutput.ReadToEndAsync();
        await asked.WaitForExitAsync();
        return first;
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
