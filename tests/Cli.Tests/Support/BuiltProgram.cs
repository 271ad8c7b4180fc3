using System.Diagnostics;

namespace Devices.Cli.Tests.Support;

/// <summary>A built program of this product as a real process.</summary>
public static class BuiltProgram
{
    public static string PathOf(string project, string name) =>
        System.IO.Path.Combine(Packs.Root(), "artifacts", "bin", project, "release", name);

    /// <summary><c>devices</c> as built beside these tests.</summary>
    public static string Devices => System.IO.Path.Combine(AppContext.BaseDirectory, "devices");

    public static Process Start(string program, string workingDirectory, params string[] args)
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = workingDirectory, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (string arg in args) start.ArgumentList.Add(arg);
        return Process.Start(start)!;
    }

    public static async Task<Ran> RunAsync(string program, string workingDirectory, params string[] args)
    {
        using Process process = Start(program, workingDirectory, args);
        return await EndAsync(process);
    }

    public static async Task<Ran> EndAsync(Process process)
    {
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        return new Ran(process.ExitCode, await output, await error);
    }
}
