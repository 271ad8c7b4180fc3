using System.Diagnostics;

namespace Devices.Cli.Provisioning;

/// <summary>As root, gives the files to the owner of the state folder: the agent's service user must be able to read its key.</summary>
internal static class Ownership
{
    private static readonly string[] Ours = ["tls", "agent.json", "mcu.password"];

    public static void Give(string state)
    {
        if (!Environment.IsPrivilegedProcess) return;
        var start = new ProcessStartInfo("chown") { RedirectStandardError = true };
        start.ArgumentList.Add("-R");
        start.ArgumentList.Add($"--reference={state}");
        foreach (string file in Ours.Select(name => Path.Combine(state, name)).Where(Path.Exists)) start.ArgumentList.Add(file);
        using Process? process = Process.Start(start);
        process?.WaitForExit();
    }
}
