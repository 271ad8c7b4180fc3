using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Updates;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Contract.Updates;

namespace Devices.Bridge.Tests.Updates;

/// <summary>The bridge takes a signed repository, serves it to terminals, and leads versions through the fleet.</summary>
public sealed class UpdateTests : IAsyncLifetime
{
    private TestBridge _bridge = null!;
    private Repository _repository = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private UpdateRepository Held => _bridge.Get<UpdateRepository>();

    private IRolloutStore Rollouts => _bridge.Get<IRolloutStore>();

    public async ValueTask InitializeAsync()
    {
        _bridge = await TestBridge.StartAsync(null, "--Bridge:Updates:TerminalKiBPerSecond=100000", "--Bridge:Updates:MaxDownloads=1", "--Bridge:Updates:LookSeconds=3600");
        _repository = new(Held.PublicKey());
    }

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        _repository.Dispose();
    }

    [Fact]
    public async Task A_terminal_gets_metadata_that_it_believes_and_parts_of_packages_and_nobody_else_does()
    {
        UpdateTarget target = _repository.Publish("1.0.0", 600_000);
        Held.Import(_repository.Folder).ShouldContain("1 packages");
        Enrolled identity = await _bridge.EnrolAsync("m2-001");
        using HttpClient terminal = Client(identity), nobody = Client(null);
        string top = _bridge.Https + "/updates/v1/";

        Store store = new();
        MetadataTrust trust = await MetadataRefresh.RunAsync(store, _repository.Root, async (name, _, token) =>
        {
            using HttpResponseMessage answer = await terminal.GetAsync(top + "metadata/" + name, token);
            return answer.StatusCode == HttpStatusCode.NotFound ? null : await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(token);
        }, DateTimeOffset.UtcNow, Stop);
        trust.Targets!.Targets.Single().Sha256.ShouldBe(target.Sha256);

        byte[] package = File.ReadAllBytes(_repository.FileOf(target));
        (await PartAsync(262_144, 524_287, $"\"{target.Sha256}\"")).ShouldBe((HttpStatusCode.PartialContent, "bytes 262144-524287/600000", Of(package[262_144..524_288])));
        (await PartAsync(599_990, 700_000, null)).ShouldBe((HttpStatusCode.PartialContent, "bytes 599990-599999/600000", Of(package[599_990..])));
        (await PartAsync(0, 9, "\"another file\"")).Status.ShouldBe(HttpStatusCode.OK, "the whole one: parts of two files are never joined");
        (await PartAsync(600_000, 600_001, null)).Status.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
        using (HttpResponseMessage whole = await terminal.GetAsync(top + "packages/" + target.Sha256, Stop))
        {
            whole.Headers.ETag!.Tag.ShouldBe($"\"{target.Sha256}\"");
            SHA256.HashData(await whole.Content.ReadAsByteArrayAsync(Stop)).ShouldBe(Convert.FromHexString(target.Sha256));
        }

        (await terminal.GetAsync(top + "packages/" + new string('0', 64), Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await terminal.GetAsync(top + "metadata/..%2f..%2fbridge.db", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await nobody.GetAsync(top + "metadata/timestamp.json", Stop)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await nobody.GetAsync(_bridge.Http + "/updates/v1/metadata/timestamp.json", Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        await _bridge.Get<IFleetStore>().RevokeTerminalAsync("m2-001", "lost", Stop);
        (await terminal.GetAsync(top + "metadata/timestamp.json", Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        static string Of(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));

        async Task<(HttpStatusCode Status, string? Range, string Bytes)> PartAsync(long from, long to, string? ifRange)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, top + "packages/" + target.Sha256);
            request.Headers.Range = new RangeHeaderValue(from, to);
            if (ifRange is not null) request.Headers.IfRange = new(new EntityTagHeaderValue(ifRange));
            using HttpResponseMessage answer = await terminal.SendAsync(request, Stop);
            return (answer.StatusCode, answer.Content.Headers.ContentRange?.ToString(), Of(await answer.Content.ReadAsByteArrayAsync(Stop)));
        }
    }

    [Fact]
    public async Task More_at_a_time_than_may_be_are_asked_to_come_again()
    {
        UpdateTarget target = _repository.Publish("1.0.0");
        Held.Import(_repository.Folder);
        using HttpClient terminal = Client(await _bridge.EnrolAsync("m2-001"));
        _bridge.Get<PackageShaper>().TryEnter().ShouldBeTrue();
        using HttpResponseMessage full = await terminal.GetAsync($"{_bridge.Https}/updates/v1/packages/{target.Sha256}", Stop);
        (full.StatusCode, full.Headers.RetryAfter!.Delta > TimeSpan.FromSeconds(10)).ShouldBe((HttpStatusCode.ServiceUnavailable, true));
        _bridge.Get<PackageShaper>().Leave();
        (await terminal.GetAsync($"{_bridge.Https}/updates/v1/packages/{target.Sha256}", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public void What_is_older_altered_unsigned_or_unknown_to_this_bridges_key_is_not_taken()
    {
        Should.Throw<BridgeStartException>(() => Held.Import(_repository.Folder)).Message.ShouldContain("nothing published");
        UpdateTarget first = _repository.Publish("1.0.0");
        byte[] snapshot = File.ReadAllBytes(Path.Combine(_repository.Folder, "metadata", "1.snapshot.json"));
        _repository.Publish("1.1.0");
        Held.Import(_repository.Folder);
        long seen = TimestampMetadata.Read(Held.Read("timestamp.json")!).Document.Version;
        TimestampMetadata.Read(Held.Read("timestamp.json")!).Document.Version.ShouldBe(seen, "signed once, while it is fresh");

        File.Delete(Path.Combine(_repository.Folder, "metadata", "2.snapshot.json"));
        Should.Throw<BridgeStartException>(() => Held.Import(_repository.Folder)).Message.ShouldContain("refuse to go back");
        _repository.Publish("1.2.0");
        File.WriteAllText(_repository.FileOf(first), "altered");
        File.Delete(Path.Combine(_bridge.Data, "updates", "targets", first.Sha256));
        Should.Throw<BridgeStartException>(() => Held.Import(_repository.Folder)).Message.ShouldContain("not the one that was signed");
        using ECDsa stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using Repository foreign = new(stranger.ExportSubjectPublicKeyInfoPem());
        foreign.Publish("9.0.0");
        Should.Throw<BridgeStartException>(() => Held.Import(foreign.Folder)).Message.ShouldContain("was not taken");
        File.WriteAllBytes(Path.Combine(_repository.Folder, "metadata", "9.snapshot.json"), snapshot[..^40]);
        Should.Throw<BridgeStartException>(() => Held.Import(_repository.Folder));
        Held.Packages().Select(one => one.Version).ShouldBe(["1.0.0", "1.1.0"], "what was there still is");
    }

    [Fact]
    public async Task A_version_goes_down_is_reported_and_goes_on_and_one_that_fails_stops_and_is_told()
    {
        _repository.Publish("1.0.0");
        _repository.Publish("1.1.0");
        Held.Import(_repository.Folder);
        await using TestTerminal terminal = await _bridge.ConnectAsync("m2-001");
        await ReportAsync(terminal, new() { Digest = "" }, hello: true);
        RolloutRow row = await Rollouts.BeginAsync(new() { Kind = "agent", Name = "agent", Version = "1.0.0", Stages = [100], SoakMinutes = 0 }, "hr", null, Stop);
        await LookAsync();
        UpdateMessage wish = await WishAsync(terminal);
        wish.Wanted.Single().ShouldBe(new UpdateWish { Kind = "agent", Name = "agent", Version = "1.0.0" });
        await ReportAsync(terminal, Progress(wish, UpdateStates.Trial));
        await LookAsync();
        (await Rollouts.FindAsync(row.Id, Stop))!.State.ShouldBe(RolloutState.Running);
        await ReportAsync(terminal, Progress(wish, UpdateStates.Confirmed) with { Slot = "a", Running = new() { ["agent/agent"] = "1.0.0" } });
        await LookAsync();
        (await Rollouts.FindAsync(row.Id, Stop))!.State.ShouldBe(RolloutState.Done);
        (await Rollouts.ReportsAsync(SiteScope.All, Stop)).Single().Applied!.Running["agent/agent"].ShouldBe("1.0.0");
        (await Rollouts.ReportsAsync(SiteScope.Of("elsewhere"), Stop)).ShouldBeEmpty();
        (await Rollouts.MembersAsync(SiteScope.Of("elsewhere"), row.Id, Stop)).ShouldBeEmpty();

        RolloutRow next = await Rollouts.BeginAsync(new() { Kind = "agent", Name = "agent", Version = "1.1.0", Stages = [100] }, "hr", null, Stop);
        (await Rollouts.FindAsync(row.Id, Stop))!.State.ShouldBe(RolloutState.Cancelled, "one at a time of a kind and name");
        await LookAsync();
        wish = await WishAsync(terminal, version: "1.1.0");
        await ReportAsync(terminal, Progress(wish, UpdateStates.RolledBack, "It was started 3 times and did not prove itself."));
        await LookAsync();
        RolloutRow stopped = (await Rollouts.FindAsync(next.Id, Stop))!;
        (stopped.State, stopped.Reason!.Contains("1 were rolled back", StringComparison.Ordinal)).ShouldBe((RolloutState.Stopped, true));
        (await _bridge.ExceptionAsync("rollout-stopped")).Text.ShouldContain("m2-001: It was started 3 times");
        (await Rollouts.WishAsync("m2-001", Stop)).Wanted.ShouldBeEmpty();
    }

    [Fact]
    public async Task While_it_is_paused_nobody_new_begins_and_who_has_begun_goes_on()
    {
        foreach (string name in (string[])["m2-001", "m2-002"]) await _bridge.EnrolAsync(name);
        // A router takes no releases: counted among the terminals, it would be one that never answers.
        await _bridge.Get<IWifiStore>().AddRouterAsync("gw-1", "", "hr", Stop);
        RolloutRow row = await Rollouts.BeginAsync(new() { Kind = "agent", Name = "agent", Version = "1.0.0", Stages = [100] }, "hr", null, Stop);
        await LookAsync();
        (await Rollouts.MembersAsync(SiteScope.All, row.Id, Stop)).Select(one => one.Terminal).ShouldBe(["m2-001", "m2-002"], ignoreOrder: true);
        (await Rollouts.ReportsAsync(SiteScope.All, Stop)).Select(one => one.Terminal).ShouldBe(["m2-001", "m2-002"], "nor is it among what terminals run");
        await Rollouts.SaveReportAsync("m2-001", new() { Digest = new string('1', 32), Progress = [new() { Kind = "agent", Name = "agent", Version = "1.0.0", State = UpdateStates.Trial }] }, Stop);
        (await Rollouts.SetStateAsync(row.Id, RolloutState.Paused, null, "hr", null, Stop)).ShouldBeTrue();
        ((await Rollouts.WishAsync("m2-001", Stop)).Wanted.Count, (await Rollouts.WishAsync("m2-002", Stop)).Wanted.Count).ShouldBe((1, 0));
        (await Rollouts.SetStateAsync(row.Id, RolloutState.Paused, null, "hr", null, Stop)).ShouldBeFalse();
        (await Rollouts.SetStateAsync(row.Id, RolloutState.Running, null, "hr", null, Stop)).ShouldBeTrue();
        (await Rollouts.WishAsync("m2-002", Stop)).Wanted.Count.ShouldBe(1);
        (await Rollouts.SetStateAsync(row.Id, RolloutState.Cancelled, null, "hr", null, Stop)).ShouldBeTrue();
        (await Rollouts.WishAsync("m2-001", Stop)).Wanted.ShouldBeEmpty();
        (await Rollouts.SetStateAsync(row.Id, RolloutState.Running, null, "hr", null, Stop)).ShouldBeFalse("over is over");
    }

    private Task LookAsync() => _bridge.Get<RolloutConductor>().LookAsync(Stop);

    private static async Task<UpdateMessage> WishAsync(TestTerminal terminal, string? version = null)
    {
        while (true)
        {
            ContractCodec.TryRead(await terminal.DownAsync(Topics.Update), ContractJson.Default.UpdateMessage, out UpdateMessage? message, out _).ShouldBeTrue();
            if (version is null || message!.Wanted.Any(one => one.Version == version)) return message!;
        }
    }

    private static UpdateApplied Progress(UpdateMessage wish, string state, string? text = null) =>
        new() { Digest = wish.Digest, Progress = [.. wish.Wanted.Select(one => new UpdateProgress { Kind = one.Kind, Name = one.Name, Version = one.Version, State = state, Text = text })] };

    private static async Task ReportAsync(TestTerminal terminal, UpdateApplied applied, bool hello = false)
    {
        var result = hello ? await terminal.PublishAsync(new TestLedger(terminal.Identity.Terminal).Hello() with { Applied = new() { Update = applied } })
            : await terminal.PublishAsync(Topics.For(terminal.Identity.Terminal, Topics.Applied), ContractCodec.Write(new AppliedMessage { Update = applied }, ContractJson.Default.AppliedMessage));
        result.ReasonCode.ToString().ShouldBe("Success");
    }

    private static HttpClient Client(Enrolled? identity) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            ClientCertificates = identity is null ? null : new X509CertificateCollection { identity.Certificate },
            LocalCertificateSelectionCallback = identity is null ? null : (_, _, _, _, _) => identity.Certificate,
        },
    });

    private sealed class Store : IMetadataStore
    {
        private readonly Dictionary<string, byte[]> _kept = [];

        public byte[]? Read(string name) => _kept.GetValueOrDefault(name);

        public void Write(string name, ReadOnlySpan<byte> bytes) => _kept[name] = bytes.ToArray();

        public void Delete(string name) => _kept.Remove(name);
    }
}
