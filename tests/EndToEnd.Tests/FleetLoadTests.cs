using System.Diagnostics;
using System.Text.Json;

namespace Devices.EndToEnd.Tests;

/// <summary>The load tool, small: that what it measures is right. Nothing here asserts a time.</summary>
public sealed class FleetLoadTests
{
    [Fact]
    public async Task Fifty_terminals_connect_punch_and_lose_their_network_and_every_acknowledged_punch_is_stored_exactly_once()
    {
        string folder = Directory.CreateTempSubdirectory("fleet-").FullName, result = Path.Combine(folder, "result.json");
        try
        {
            string program = Path.Combine(MorningFixture.Root, "artifacts", "bin", "Devices.FleetLoad", "release", "Devices.FleetLoad");
            using Process run = Process.Start(new ProcessStartInfo(program,
            [
                "--terminals", "50", "--rate", "200", "--minutes", "0.02", "--phases", "storm,steady,outage", "--away-seconds", "2", "--backlog", "40", "--settle-seconds", "0.1", "--seed", "20261126",
                "--fleet", folder, "--data", Path.Combine(folder, "run"), "--result", result,
            ]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> output = run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), errors = run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            using CancellationTokenSource limit = new(TimeSpan.FromMinutes(3));
            await run.WaitForExitAsync(limit.Token);

            string told = await output + await errors;
            run.ExitCode.ShouldBe(0, told);
            using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(result, TestContext.Current.CancellationToken));
            JsonElement check = document.RootElement.EnumerateArray().Single();
            check.GetProperty("right").GetBoolean().ShouldBeTrue(told);
            check.GetProperty("terminals").GetInt32().ShouldBe(50);
            // 15 of them were away with 40 punches each, and everybody else went on.
            check.GetProperty("made").GetInt64().ShouldBeGreaterThan(15 * 40);
            check.GetProperty("acknowledged").GetInt64().ShouldBe(check.GetProperty("made").GetInt64());
            check.GetProperty("stored").GetInt64().ShouldBe(check.GetProperty("made").GetInt64());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
