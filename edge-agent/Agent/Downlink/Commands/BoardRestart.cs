using System.ComponentModel;
using System.Diagnostics;

namespace Devices.Edge.Agent.Downlink.Commands;

/// <summary>Starts the whole board again, by systemd: the account needs the right to (polkit), which the unit does not give by itself.</summary>
internal static class BoardRestart
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Null once systemd has taken it, else one sentence.</summary>
    public static string? Run()
    {
        try
        {
            using Process? process = Process.Start(new ProcessStartInfo("systemctl", ["--no-ask-password", "reboot"]) { RedirectStandardError = true, RedirectStandardOutput = true });
            if (process is null || !process.WaitForExit(Limit)) return "systemd did not answer when asked to start the board again.";
            return process.ExitCode == 0 ? null : "This account may not start the board again; see hardware/systemd for the rule that allows it.";
        }
        catch (Win32Exception)
        {
            return "There is no systemd here that could start the board again.";
        }
    }
}
