using System.Security.Cryptography;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Uplink;
using Devices.Tests.Tpm;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Bridge.Tests.Fleet;

/// <summary>A terminal whose key is in a TPM (swtpm), against a bridge over real TLS.</summary>
public sealed class TpmTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly SoftTpm _tpm = SoftTpm.Start();
    private TestBridge _bridge = null!;

    public async ValueTask InitializeAsync() => _bridge = await TestBridge.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(_time));

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        _tpm.Dispose();
    }

    [Fact]
    public async Task A_terminal_is_enrolled_sends_its_punches_and_renews_with_keys_that_never_leave_its_TPM()
    {
        await using RealTerminal terminal = await RealTerminal.ProvisionAsync(_bridge, "m2-001", _time, tpm: _tpm.Board);
        string first = terminal.Serial, key = await KeyAsync(terminal);
        terminal.Start().Punch(3);
        await terminal.ArrivedAsync();
        await Until.TrueAsync(() => Task.FromResult(terminal.Keeper.Status is { Condition: CertificateCondition.Good, Key: "tpm" }), "good, and in the TPM");

        _time.Advance(TimeSpan.FromDays(260));
        await Until.TrueAsync(() => Task.FromResult(terminal.Serial != first && terminal.Keeper.Status.Condition == CertificateCondition.Good), "renewed and confirmed: " + string.Join(" | ", terminal.Notes));
        terminal.Punch(2);
        await terminal.ArrivedAsync();
        (await KeyAsync(terminal)).ShouldNotBe(key, "a new key, in the TPM too");
        await StoredOnceAsync(5);
    }

    [Fact]
    public async Task Punches_wait_while_the_TPM_is_gone_and_nothing_is_lost()
    {
        await using RealTerminal terminal = await RealTerminal.ProvisionAsync(_bridge, "m2-001", _time, tpm: _tpm.Board);
        _tpm.Off();
        terminal.Start().Punch(4);
        await Until.TrueAsync(() => Task.FromResult(terminal.Uplink.Status.Text.Contains("The terminal's key is in its TPM, and cannot be used: There is no TPM at", StringComparison.Ordinal)), "said: " + terminal.Uplink.Status.Text);
        terminal.Keeper.Status.Condition.ShouldBe(CertificateCondition.Good, "that is another matter");
        _tpm.On();
        await terminal.ArrivedAsync();

        // Cleared: the key is lost for good, the punches are not. A new claim and a new key, in the same TPM.
        await terminal.StopAsync();
        _tpm.Exchange();
        terminal.Start().Punch(2);
        await Until.TrueAsync(() => Task.FromResult(terminal.Uplink.Status.Text.Contains("did not make this key", StringComparison.Ordinal)), "said: " + terminal.Uplink.Status.Text);
        terminal.Uplink.Status.Condition.ShouldNotBe(UplinkCondition.Online);
        await terminal.StopAsync();
        await terminal.EnrolAsync();
        terminal.Start();
        await terminal.ArrivedAsync();
        await StoredOnceAsync(6);
    }

    private async Task StoredOnceAsync(int count) =>
        (await _bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 1000)).Select(one => one.Punch.Seq).ShouldBe(Enumerable.Range(1, count).Select(i => (long)i));

    // What lies on the disk: a TPM's file, and nothing that .NET could use as a key.
    private static async Task<string> KeyAsync(RealTerminal terminal)
    {
        string text = await File.ReadAllTextAsync(Path.Combine(terminal.Tls, "terminal.key"));
        text.ShouldStartWith("-----BEGIN TSS2 PRIVATE KEY-----");
        using ECDsa none = ECDsa.Create();
        Should.Throw<ArgumentException>(() => none.ImportFromPem(text));
        return text;
    }
}
