using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Agent.Punching;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Devices.Edge.Agent.Tests.Support;

/// <summary>Real ledger, gallery, broker and desk on a free port, with a clock the test moves.</summary>
internal sealed class McuBench : IAsyncDisposable
{
    private readonly Scratch _scratch;
    private readonly bool _ownsScratch;
    private readonly TemplateVault _vault;
    private readonly EntryAnswers _answers;

    private McuBench(Scratch scratch, bool ownsScratch, AgentOptions options, BenchClock clock, long reserve)
    {
        _scratch = scratch;
        _ownsScratch = ownsScratch;
        Clock = clock;
        Options = options;
        Narration = new(NullLogger<Narration>.Instance, TimeProvider.System);
        Ledger = LedgerStore.Open(new LedgerOptions { Path = options.LedgerFile, Terminal = options.Terminal, ReserveBytes = reserve }, clock.BootId);
        Trusted = new(new TrustedClockOptions(), clock, clock, clock, Ledger);
        Book = new(Ledger, options.RepeatWindow);
        Gate = new(Ledger.Events, TimeSpan.FromSeconds(30), TimeProvider.System);
        _vault = TemplateVault.Open(options.TemplateKeyFile);
        People = PeopleStore.Open(options.GalleryFile, _vault, TimeProvider.System);
        _answers = new(options.EntriesFile);
        Desk = new(options, People, Book, Ledger, Trusted, _answers,
            Gate, Narration, new SiteClock(options.Zone));
        Broker = new(options, Password, Desk, Narration, TimeProvider.System);
        Desk.Attach(Broker.SendAsync);
    }

    public const string Password = "correct-horse";

    public AgentOptions Options { get; }

    public BenchClock Clock { get; }

    public Narration Narration { get; }

    public LedgerStore Ledger { get; }

    public PeopleStore People { get; }

    public TrustedClock Trusted { get; }

    public PunchBook Book { get; }

    public EventGate Gate { get; }

    public McuDesk Desk { get; }

    public McuBroker Broker { get; }

    public static async Task<McuBench> StartAsync(Func<AgentOptions, AgentOptions>? change = null, Scratch? scratch = null, BenchClock? clock = null, long reserve = 0)
    {
        Scratch place = scratch ?? new Scratch();
        AgentOptions options = new() { Terminal = "m2-001", State = place.Path, McuPort = 0 };
        McuBench bench = new(place, scratch is null, change?.Invoke(options) ?? options, clock ?? new BenchClock(), reserve);
        await bench.Broker.StartAsync();
        return bench;
    }

    public Task<McuClient> McuAsync(bool subscribe = true, string clientId = "mcu") =>
        McuClient.ConnectAsync(Broker.Port, Options.Terminal, Password, subscribe, clientId: clientId);

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        _answers.Dispose();
        People.Dispose();
        _vault.Dispose();
        Ledger.Dispose();
        if (_ownsScratch) _scratch.Dispose();
    }
}

/// <summary>Wall clock, boot clock and NTP in one, moved by the test.</summary>
internal sealed class BenchClock : TimeProvider, IBootClock, INtpProbe
{
    public long WallMs { get; set; } = new DateTimeOffset(2026, 11, 25, 8, 31, 2, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public long MonotonicMs { get; set; } = 1_000_000;

    public string BootId => "board-boot";

    public bool Synchronised { get; set; } = true;

    public void Advance(TimeSpan by)
    {
        WallMs += (long)by.TotalMilliseconds;
        MonotonicMs += (long)by.TotalMilliseconds;
    }

    public NtpReading Read() => Synchronised ? new(true, 5) : NtpReading.No;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(WallMs);
}
