using System.Diagnostics;
using System.Globalization;
using Devices.Cli.App;
using Devices.Cli.Tests.Support;

namespace Devices.Cli.Tests;

/// <summary>The command as a technician starts it.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Task<Ran> Devices(params string[] args) => BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, args);

    [Fact]
    public async Task Faults_go_to_standard_error_with_the_exit_code_and_without_a_trace()
    {
        (await Devices("ledger", "verify", "nowhere.db")).ShouldRefuse(ExitCodes.LedgerMissing).Output.ShouldBeEmpty();
        (await Devices("provision")).ShouldRefuse(ExitCodes.AnswerMissing, "--bridge");
        (await Devices("models", "instal")).ShouldRefuse(ExitCodes.Usage);
        (await Devices("--help")).ShouldSucceed().Output.ShouldContain("doctor");
    }

    [Fact]
    public async Task Verbose_shows_where_a_fault_came_from() =>
        (await Devices("people", "--agent", "nowhere.sock", "--verbose")).Error.ShouldContain("SocketException");

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task An_enrolment_that_is_stopped_says_who_was_enrolled(string signal)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync(_folder["agent.sock"]);
        using ManualResetEventSlim release = new();
        TaskCompletionSource second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        agent.Enrol = person =>
        {
            if (person.Id != "ben") return FakeAgent.Accept(person);
            second.TrySetResult();
            release.Wait(TimeSpan.FromSeconds(60));
            return FakeAgent.Accept(person);
        };
        foreach (string id in (string[])["ada", "ben", "cleo"]) _folder.Write($"people/{id}/1.jpg", "picture");
        using Process process = BuiltProgram.Start(BuiltProgram.Devices, _folder.Path, "enrol", "people", "--agent", "agent.sock");
        try
        {
            await second.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            using Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
            (await BuiltProgram.EndAsync(process)).ShouldRefuse(ExitCodes.Interrupted, "Stopped at ben", "1 people before were enrolled");
        }
        finally
        {
            release.Set();
            if (!process.HasExited) process.Kill();
        }
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Ctrl_C_and_a_signal_end_with_130_and_leave_nothing_half_done(string signal)
    {
        using var authority = new TestAuthority();
        await using var bridge = new FakeBridge(authority) { SilentAt = "/simpleenroll" };
        using Process process = BuiltProgram.Start(BuiltProgram.Devices, _folder.Path, "provision", "--bridge", bridge.Address, "--claim", bridge.Claim, "--terminal", "m2-001", "--state", "state", "--step-timeout", "60");
        try
        {
            await bridge.Waiting.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            using Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
            (await BuiltProgram.EndAsync(process)).ShouldRefuse(ExitCodes.Interrupted);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        File.Exists(_folder["state", "tls", "terminal.key"]).ShouldBeFalse();
        File.Exists(_folder["state", "agent.json"]).ShouldBeFalse();
        (await Devices("provision", "--status", "--state", "state")).Code.ShouldBe(ExitCodes.HalfProvisioned.Number);
    }
}
