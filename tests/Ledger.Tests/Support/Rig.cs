using System.Collections.Concurrent;
using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Edge.Ledger.Uplink;

namespace Devices.Ledger.Tests.Support;

/// <summary>One terminal (ledger, clock, uplink) and one scripted bridge over real TLS on loopback.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private Rig()
    {
    }

    public TempFolder Folder { get; } = new();
    public TestCa Ca { get; private set; } = null!;
    public ScriptedBridge Bridge { get; private set; } = null!;
    public LedgerStore Ledger { get; private set; } = null!;
    public TrustedClock Clock { get; set; } = null!;
    public UplinkSession Uplink { get; private set; } = null!;
    public UplinkOptions Options { get; private set; } = null!;
    public ConcurrentQueue<UplinkNote> Notes { get; } = new();
    public IUplinkHost? Host { get; init; }

    public static async Task<Rig> MakeAsync(Func<UplinkOptions, UplinkOptions>? change = null, IUplinkHost? host = null, Func<TestCa, Task<ScriptedBridge>>? bridge = null)
    {
        var rig = new Rig { Host = host };
        rig.Ca = new();
        rig.Bridge = bridge is null ? await ScriptedBridge.StartAsync(rig.Ca) : await bridge(rig.Ca);
        rig.OpenLedger();
        TestCa.WritePem(rig.Ca.Root, rig.Folder.File("ca.crt"));
        using var own = rig.Ca.Issue("m2-001", server: false);
        TestCa.WritePem(own, rig.Folder.File("terminal.crt"), rig.Folder.File("terminal.key"));
        var options = new UplinkOptions
        {
            Terminal = "m2-001",
            Host = "127.0.0.1",
            Port = rig.Bridge.Port,
            ServerName = "bridge.test",
            CaFile = rig.Folder.File("ca.crt"),
            CertificateFile = rig.Folder.File("terminal.crt"),
            KeyFile = rig.Folder.File("terminal.key"),
            BackoffFirst = TimeSpan.FromMilliseconds(10),
            BackoffCap = TimeSpan.FromMilliseconds(100),
            DrainJitter = TimeSpan.Zero,
            DrainPerSecond = 1_000_000,
        };
        rig.Options = change is null ? options : change(options);
        return rig;
    }

    public void OpenLedger()
    {
        Ledger = Drafts.Open(Folder);
        Clock = new(new(), TimeProvider.System, new LinuxBootClock(), new Board(), Ledger);
    }

    public Rig Punch(int count)
    {
        for (int i = 0; i < count; i++) Ledger.Append(Drafts.Card("u-" + Ledger.LastSeq % 97), ClockReading.Known(Board.Start + Ledger.LastSeq * 1_000, Ledger.LastSeq, "boot-1")).Recorded();
        return this;
    }

    public Rig Start()
    {
        _stop = new();
        Uplink = new(Options, Ledger, Clock, Host);
        Uplink.Noted += Notes.Enqueue;
        _running = Uplink.RunAsync(_stop.Token);
        return this;
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _stop = new();
    }

    /// <summary>Waits until the bridge has it all and the ledger knows, then compares punch by punch.</summary>
    public async Task EverythingArrivesAsync(int seconds = 60)
    {
        try
        {
            await Wait.Until(() => Ledger.Acknowledged == Ledger.LastSeq, "all punches acknowledged", seconds);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} At {Ledger.Acknowledged} of {Ledger.LastSeq}. Last: {string.Join(" | ", Notes.TakeLast(5).Select(n => n.Text))}. Bridge: {string.Join(" | ", Bridge.Faults.Take(3))}", late);
        }
        Compare();
    }

    public void Compare()
    {
        Bridge.Faults.ShouldBeEmpty();
        IReadOnlyList<Punch> there = Bridge.Punches;
        there.Select(p => p.Seq).ShouldBe(Enumerable.Range(1, (int)Ledger.LastSeq).Select(i => (long)i));
        there.ShouldBe(Ledger.SealedRange(1, int.MaxValue));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Bridge.DisposeAsync();
        Ledger.Dispose();
        Ca.Dispose();
        _stop.Dispose();
        Folder.Dispose();
    }
}
