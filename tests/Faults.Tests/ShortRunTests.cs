using System.Diagnostics;
using Devices.Up;

namespace Devices.Faults.Tests;

/// <summary>A short run of <c>tools/faults</c> with real processes and a fixed seed, as a part of every test run.</summary>
public class ShortRunTests
{
    [Fact]
    public async Task Nothing_is_lost_doubled_retimed_or_misattributed_in_a_short_run()
    {
        string root = Layout.FindRoot(), data = Path.Combine(Path.GetTempPath(), $"flt{Guid.NewGuid():N}"[..11]);
        string program = Path.Combine(root, "artifacts", "bin", "Devices.Faults", "release", "devices-faults");
        ProcessStartInfo start = new(program, ["--count", "60", "--seed", "20261126", "--terminals", "2", "--check", "58", "--people", "16", "--data", data]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(TimeSpan.FromMinutes(6));
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token), errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            string said = await output + await errors;
            TestContext.Current.TestOutputHelper!.WriteLine(said);
            if (Directory.Exists(data + ".kept"))
            {
                string kept = Path.Combine(root, "artifacts", "test-results", "faults.kept");
                if (Directory.Exists(kept)) Directory.Delete(kept, recursive: true);
                Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
                using Process copy = Process.Start("cp", ["-a", data + ".kept", kept]);
                await copy.WaitForExitAsync(limit.Token);
            }
            process.ExitCode.ShouldBe(0, said);
            said.ShouldContain(" 0 differences");
        }
        finally
        {
            foreach (string folder in (string[])[data, data + ".kept"])
                if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }
}
