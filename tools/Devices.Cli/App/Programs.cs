using System.ComponentModel;
using System.Diagnostics;

namespace Devices.Cli.App;

/// <summary>Other programs of this machine that are asked and change nothing.</summary>
public static class Programs
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Standard output; null where the program is not there, fails or is silent for too long.</summary>
    public static string? Ask(string program, string[] arguments)
    {
        try
        {
            using Process? process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false });
            if (process is null) return null;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Limit) || !Task.WaitAll([output, errors], Limit))
            {
                process.Kill(entireProcessTree: true);
                return null;
            }

            // smartctl's exit code is a set of bits that tell about the disk, too: what it printed counts.
            return output.Result.Length > 0 ? output.Result : null;
        }
        catch (Exception fault) when (fault is Win32Exception or InvalidOperationException or AggregateException)
        {
            return null;
        }
    }
}
