using System.Security.Cryptography;
using Devices.Bridge.Fleet;
using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Edge.Ledger.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Bridge.Tests.Fleet;

/// <summary>A terminal's ledger, uplink and certificate keeper against a bridge over real TLS, while months pass.</summary>
public sealed class RenewalTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private TestBridge _bridge = null!;

    public async ValueTask InitializeAsync() => _bridge = await TestBridge.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(_time));

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task A_terminal_renews_at_two_thirds_with_a_new_key_and_both_certificates_are_good_for_a_while()
    {
        await using RealTerminal terminal = await RealTerminal.ProvisionAsync(_bridge, "m2-001", _time);
        string first = terminal.Serial, key = await File.ReadAllTextAsync(Path.Combine(terminal.Tls, "terminal.key"));
        terminal.Start().Punch(3);
        await terminal.ArrivedAsync();
        await _bridge.Get<CertificateSweep>().SweepAsync();
        terminal.Keeper.Status.Condition.ShouldBe(CertificateCondition.Good);

        _time.Advance(TimeSpan.FromDays(235));
        await Task.Delay(150);
        terminal.Serial.ShouldBe(first, "it is not time yet");
        _time.Advance(TimeSpan.FromDays(25));
        await Until.TrueAsync(() => Task.FromResult(terminal.Serial != first && terminal.Keeper.Status.Condition == CertificateCondition.Good), "renewed and confirmed");
        terminal.Punch(2);
        await terminal.ArrivedAsync();
        await Until.TrueAsync(() => Task.FromResult(terminal.Uplink.Status.Connects == 2), "connected once more, with the new certificate");
        (await File.ReadAllTextAsync(Path.Combine(terminal.Tls, "terminal.key"))).ShouldNotBe(key);
        Directory.Exists(Path.Combine(terminal.Tls, "previous")).ShouldBeFalse("the old key is forgotten");

        await _bridge.Get<CertificateSweep>().SweepAsync();
        IReadOnlyList<LiveCertificate> live = await _bridge.Get<IFleetStore>().LiveCertificatesAsync();
        live.Select(one => one.Serial).ShouldBe([first, terminal.Serial]);
        _time.Advance(TimeSpan.FromDays(8));
        (await _bridge.Get<IFleetStore>().LiveCertificatesAsync()).Select(one => one.Serial).ShouldBe([terminal.Serial]);
        await StoredOnceAsync(terminal);
        (await _bridge.Get<IAuditStore>().AuditLogAsync(20)).Count(one => one.Action == "certificate renewed").ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_expired_certificate_is_refused_by_MQTT_and_renewed_within_the_grace_whatever_the_boards_clock_says(bool lost)
    {
        await using RealTerminal terminal = await RealTerminal.ProvisionAsync(_bridge, "m2-001", _time);
        string first = terminal.Serial;
        _time.Advance(TimeSpan.FromDays(380));
        if (lost) terminal.Board.Stuck = DateTimeOffset.UnixEpoch.AddMinutes(3);
        terminal.Start().Punch(4);
        await terminal.ArrivedAsync();
        terminal.Serial.ShouldNotBe(first);
        terminal.Notes.ShouldContain(one => one.Contains("it can be renewed until", StringComparison.Ordinal));
        (await _bridge.ExceptionAsync("connect")).Text.ShouldContain("expired");
        await StoredOnceAsync(terminal);
    }

    [Fact]
    public async Task A_board_whose_clock_ran_ahead_does_not_take_its_bridge_or_its_certificate_for_expired()
    {
        await using RealTerminal terminal = await RealTerminal.ProvisionAsync(_bridge, "m2-001", _time);
        string first = terminal.Serial;
        terminal.Board.Stuck = _time.GetUtcNow().AddYears(40);
        terminal.Start().Punch(1);
        await terminal.ArrivedAsync();
        terminal.Serial.ShouldBe(first);
        terminal.Keeper.Status.Condition.ShouldBe(CertificateCondition.Good);
    }

    [Fact]
    public async Task After_the_grace_a_new_claim_is_needed_and_the_ledger_goes_on_without_a_punch_lost_or_doubled()
    {
        await using RealTerminal terminal = await RealTerminal.ProvisionAsync(_bridge, "m2-001", _time);
        terminal.Start().Punch(3);
        await terminal.ArrivedAsync();
        await terminal.StopAsync();
        terminal.Punch(5);
        _time.Advance(TimeSpan.FromDays(400));
        terminal.Start();
        await Until.TrueAsync(() => Task.FromResult(terminal.Notes.Any(one => one.Contains("ended more than 30 days ago", StringComparison.Ordinal))), "told");
        terminal.Ledger.Acknowledged.ShouldBe(3);
        await terminal.EnrolAsync();
        await terminal.ArrivedAsync();
        await StoredOnceAsync(terminal);
    }

    [Fact]
    public async Task A_revoked_terminal_is_out_within_the_poll_cannot_renew_and_comes_back_with_a_claim_and_every_punch()
    {
        await using RealTerminal terminal = await RealTerminal.ProvisionAsync(_bridge, "m2-001", _time);
        terminal.Start().Punch(3);
        await terminal.ArrivedAsync();
        // As a command line beside the running bridge does it: in the store alone.
        await _bridge.Get<IFleetStore>().RevokeTerminalAsync("m2-001", "stolen");
        _time.Advance(TimeSpan.FromSeconds(2));
        await Until.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(_bridge.Get<ITerminalConnections>().Count == 0);
        }, "disconnected");
        terminal.Punch(4);
        await Until.TrueAsync(() => Task.FromResult(terminal.Notes.Any(one => one.Contains("does not renew", StringComparison.Ordinal) && one.Contains("was revoked", StringComparison.Ordinal))), "cannot renew");
        _bridge.Get<ITerminalConnections>().Count.ShouldBe(0);
        terminal.Ledger.Acknowledged.ShouldBe(3);

        await terminal.EnrolAsync();
        await terminal.ArrivedAsync();
        await StoredOnceAsync(terminal);
    }

    [Fact]
    public async Task A_bridge_restored_to_before_the_renewal_gets_the_old_certificate_again()
    {
        await using RealTerminal terminal = await RealTerminal.ProvisionAsync(_bridge, "m2-001", _time);
        string first = terminal.Serial;
        terminal.Start().Punch(1);
        await terminal.ArrivedAsync();
        await terminal.StopAsync();
        // The pair that the bridge does not know, with the one before kept: as it is between the exchange and the first connection.
        IdentityFolder folder = new(terminal.Tls);
        using (ECDsa key = folder.NextKey(TerminalKey.Make))
        using (var own = folder.Load())
        using (var unknown = _bridge.Get<CertificateAuthority>().IssueTerminal("m2-001", new System.Security.Cryptography.X509Certificates.PublicKey(key)))
            folder.Settle(unknown.ExportCertificatePem(), CertificateAuthority.Fingerprint(own)).ShouldBeTrue();
        terminal.Serial.ShouldNotBe(first);
        terminal.Start().Punch(2);
        await terminal.ArrivedAsync();
        terminal.Serial.ShouldBe(first);
        terminal.Notes.ShouldContain(one => one.Contains("takes the one before", StringComparison.Ordinal));
        await StoredOnceAsync(terminal);
    }

    [Fact]
    public async Task Operators_are_told_of_a_certificate_that_was_not_renewed_until_it_is()
    {
        await using RealTerminal terminal = await RealTerminal.ProvisionAsync(_bridge, "m2-001", _time);
        await using RealTerminal other = await RealTerminal.ProvisionAsync(_bridge, "m2-002", _time);
        CertificateSweep sweep = _bridge.Get<CertificateSweep>();
        _time.Advance(TimeSpan.FromDays(290));
        await sweep.TellOverdueAsync();
        await ShouldHaveNoneAsync();
        _time.Advance(TimeSpan.FromDays(20));
        await sweep.TellOverdueAsync();
        (await _bridge.ExceptionAsync("certificate-overdue")).Text.ShouldContain("runs out on");
        terminal.Start();
        other.Start();
        await terminal.ArrivedAsync();
        await Until.TrueAsync(async () => (await _bridge.Get<IFleetStore>().LiveCertificatesAsync()).Count == 4, "renewed");
        await sweep.TellOverdueAsync();
        await ShouldHaveNoneAsync();
    }

    private async Task ShouldHaveNoneAsync() =>
        (await _bridge.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, includeResolved: false, 100)).ShouldNotContain(one => one.Code == "certificate-overdue");

    private async Task StoredOnceAsync(RealTerminal terminal)
    {
        List<long> stored = [];
        foreach (StoredPunch one in await _bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 1000)) stored.Add(one.Punch.Seq);
        stored.ShouldBe(Enumerable.Range(1, (int)terminal.Ledger.LastSeq).Select(i => (long)i));
    }
}
