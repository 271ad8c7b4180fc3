using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Contract.Punches;
using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Edge.Ledger.Tpm;
using Devices.Edge.Ledger.Uplink;

namespace Devices.Bridge.Tests.Kit;

/// <summary>A terminal's own ledger, uplink and certificate keeper, as the agent runs them, against a bridge of this process.</summary>
public sealed class RealTerminal : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly TestBridge _bridge;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private LedgerStore? _ledger;

    private readonly BoardTpm? _tpm;

    private RealTerminal(TestBridge bridge, string name, BoardTpm? tpm) => (_bridge, Name, _tpm) = (bridge, name, tpm);

    public string Name { get; }

    /// <summary>Its wall clock, and whether NTP vouches for it.</summary>
    public PlayedBoard Board { get; } = new();

    public CertificateKeeper Keeper { get; private set; } = null!;
    public UplinkSession Uplink { get; private set; } = null!;
    public ConcurrentQueue<string> Notes { get; } = new();
    public string Tls => _directory.File("tls");
    public LedgerStore Ledger => _ledger!;

    /// <summary>What the terminal hears and says beside punches.</summary>
    public IUplinkHost? Host { get; set; }

    public static async Task<RealTerminal> ProvisionAsync(TestBridge bridge, string name, TimeProvider? time = null, string? claim = null, BoardTpm? tpm = null)
    {
        RealTerminal terminal = new(bridge, name, tpm);
        terminal.Board.True = time ?? TimeProvider.System;
        await terminal.EnrolAsync(claim);
        return terminal;
    }

    /// <summary>A new claim and a new key, in the same state folder.</summary>
    public async Task EnrolAsync(string? claim = null)
    {
        claim ??= await _bridge.ClaimAsync(Name);
        using HttpClient http = Enrolled.PinnedClient(claim.Split('@')[1]);
        string made = _directory.File("made.key");
        await File.WriteAllTextAsync(made, _tpm is null ? TerminalKey.Make() : TerminalKey.MakeIn(_tpm));
        using ECDsa key = TerminalKey.Load(made, _tpm);
        using HttpResponseMessage answer = await Enrolled.PostAsync(http, _bridge.Https, Name, claim, Enrolled.Csr(key, Name));
        string text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        X509Certificate2 leaf = Enrolled.Read(text).Single(one => one.Subject == $"CN={Name}");
        X509Certificate2Collection roots = Enrolled.Read(await http.GetStringAsync(new Uri($"{_bridge.Https}/.well-known/est/cacerts")));
        if (Directory.Exists(Tls)) Directory.Delete(Tls, recursive: true);
        Directory.CreateDirectory(Tls);
        await File.WriteAllTextAsync(Path.Combine(Tls, "ca.crt"), string.Join('\n', roots.Where(one => one.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault() is null).Select(one => one.ExportCertificatePem())));
        await File.WriteAllTextAsync(Path.Combine(Tls, "terminal.crt"), leaf.ExportCertificatePem());
        File.Move(made, Path.Combine(Tls, "terminal.key"));
    }

    public RealTerminal Start()
    {
        _stop = new();
        _ledger ??= LedgerStore.Open(new() { Path = _directory.File("ledger.db"), Terminal = Name, ReserveBytes = 0 }, Board.BootId, TimeProvider.System);
        TrustedClock clock = new(new() { BuildTimeMs = 1_700_000_000_000 }, Board, Board, Board, _ledger);
        Uri mqtt = new(_bridge.Mqtt), https = new(_bridge.Https);
        Keeper = new(new()
        {
            Host = https.Host, Port = https.Port, Names = ["127.0.0.1"], Look = TimeSpan.FromMilliseconds(50), BackoffFirst = TimeSpan.FromMilliseconds(50), BackoffCap = TimeSpan.FromMilliseconds(400), RestAfterRenewal = TimeSpan.Zero,
            MakeKey = () => _tpm is null ? TerminalKey.Make() : TerminalKey.MakeIn(_tpm),
        }, new(Tls, _tpm), clock);
        Keeper.Noted += note => Notes.Enqueue(note.Text);
        Uplink = new(new()
        {
            Terminal = Name, Host = mqtt.Host, Port = mqtt.Port, ServerName = "127.0.0.1", CaFile = Path.Combine(Tls, "ca.crt"), CertificateFile = "", KeyFile = "",
            Identity = Keeper, BackoffFirst = TimeSpan.FromMilliseconds(50), BackoffCap = TimeSpan.FromMilliseconds(400), DrainJitter = TimeSpan.Zero,
        }, _ledger, clock, Host);
        Keeper.Renewed += Uplink.Reconnect;
        Uplink.Noted += note => Notes.Enqueue(note.Text);
        _running = Task.WhenAll(Uplink.RunAsync(_stop.Token), QuietlyAsync(Keeper.RunAsync(_stop.Token)), QuietlyAsync(CheckAsync(clock, _stop.Token)));
        return this;
    }

    private static async Task CheckAsync(TrustedClock clock, CancellationToken stop)
    {
        while (true)
        {
            clock.Check();
            await Task.Delay(20, stop);
        }
    }

    private static async Task QuietlyAsync(Task part)
    {
        try
        {
            await part;
        }
        catch (OperationCanceledException)
        {
            // Asked to stop.
        }
    }

    public void Punch(int count)
    {
        for (int i = 0; i < count; i++)
            Ledger.Append(new() { Person = $"u-{Ledger.LastSeq % 7}", Method = PunchMethod.Card, Direction = PunchDirection.In },
                ClockReading.Known(Board.GetUtcNow().ToUnixTimeMilliseconds(), Board.MonotonicMs, Board.BootId, 5)).ShouldBeOfType<AppendResult.Recorded>();
    }

    /// <summary>Waits until the bridge has every punch and the terminal knows.</summary>
    public Task ArrivedAsync() => Until.TrueAsync(() => Task.FromResult(Ledger.Acknowledged == Ledger.LastSeq && Uplink.Status.Condition == UplinkCondition.Online), $"all punches of {Name}: {string.Join(" | ", Notes.TakeLast(5))} {Uplink.Status.Text} {Keeper.Status.Text}");

    /// <summary>The serial number of the certificate in force.</summary>
    public string Serial
    {
        get
        {
            for (int turn = 0; ; turn++)
            {
                try
                {
                    using X509Certificate2 own = new IdentityFolder(Tls, _tpm).Load();
                    return Convert.ToHexStringLower(own.SerialNumberBytes.Span);
                }
                catch (Exception fault) when (turn < 100 && (fault is FileNotFoundException or DirectoryNotFoundException or System.Security.Cryptography.CryptographicException))
                {
                    // The keeper moves the folders at this very moment: a file is away, or one is of the pair before.
                    Thread.Sleep(10);
                }
            }
        }
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested) await StopAsync();
        _ledger?.Dispose();
        _directory.Dispose();
    }
}

/// <summary>A board whose wall clock may be wrong by any time, beside the true one.</summary>
public sealed class PlayedBoard : TimeProvider, IBootClock, INtpProbe
{
    private DateTimeOffset _begin = System.GetUtcNow();

    public TimeProvider True
    {
        get;
        set => (field, _begin) = (value, value.GetUtcNow());
    } = System;

    /// <summary>Null: the wall clock is right and NTP vouches for it.</summary>
    public DateTimeOffset? Stuck { get; set; }

    // Runs with the true time, also where a test lets months pass: only the wall clock may be wrong.
    public long MonotonicMs => 10_000 + (long)(True.GetUtcNow() - _begin).TotalMilliseconds;

    public string BootId => "boot-1";

    public override DateTimeOffset GetUtcNow() => Stuck ?? True.GetUtcNow();

    public NtpReading Read() => Stuck is null ? new(true, 20) : NtpReading.No;
}
