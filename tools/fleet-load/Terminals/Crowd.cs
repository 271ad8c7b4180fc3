using Devices.Edge.Ledger.Uplink;
using Devices.FleetLoad.Fleet;
using Devices.FleetLoad.Mqtt;

namespace Devices.FleetLoad.Terminals;

/// <summary>All terminals of a run, what they do at the moment, and the pulse that keeps their links alive as the product does.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _dialling;
    private readonly List<Task> _running = [];

    /// <param name="atOnce">Connections that are being made at a time.</param>
    public Crowd(IReadOnlyList<FleetMember> members, Target target, int people, int seed, int atOnce)
    {
        Target = target;
        RootFingerprint = Bridge.Fleet.CertificateAuthority.Fingerprint(target.Root!);
        _dialling = new(atOnce);
        Random dice = new(seed);
        Terminals = [.. members.Select(one => new LoadTerminal(this, one, people, dice.Next()))];
    }

    /// <summary>What the product waits and sends: its own numbers, so that they cannot drift.</summary>
    public static UplinkOptions Policy { get; } = new() { Terminal = "t", Host = "127.0.0.1", CaFile = "", CertificateFile = "", KeyFile = "" };

    public IReadOnlyList<LoadTerminal> Terminals { get; }

    public Target Target { get; }

    /// <summary>The bridge's root, as terminals tell it.</summary>
    public string RootFingerprint { get; }

    /// <summary>What is counted at the moment.</summary>
    public Tally Tally { get; set; } = new();

    /// <summary>Most punches in one publish.</summary>
    public int MaxBatch { get; set; } = Contract.Protocol.MaxBatch;

    /// <summary>Above 0: each terminal makes so many new punches as soon as its last were stored.</summary>
    public int Endless { get; set; }

    public int Online => Terminals.Count(one => one.Online);

    public long Waiting => Terminals.Sum(one => (long)one.Ledger.Waiting);

    /// <summary>Terminals whose bridge told a watermark that does not fit; must stay empty.</summary>
    public System.Collections.Concurrent.ConcurrentBag<string> Misfits { get; } = [];

    public void Start()
    {
        foreach (LoadTerminal one in Terminals) _running.Add(one.RunAsync(_stop.Token));
        _running.Add(PulseAsync(_stop.Token));
    }

    /// <summary>A place among those who connect at the moment.</summary>
    public async Task<T> DialAsync<T>(Func<Task<T>> dial, CancellationToken stop)
    {
        await _dialling.WaitAsync(stop);
        try
        {
            return await dial();
        }
        finally
        {
            _dialling.Release();
        }
    }

    /// <summary>From now on as many connect at a time as want to: only the product's own waits spread them.</summary>
    public void OpenDoors() => _dialling.Release(Terminals.Count);

    public static async Task UntilAsync(Func<bool> condition, TimeSpan limit, string what)
    {
        long end = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        while (!condition())
        {
            if (Environment.TickCount64 > end) throw new LoadFault($"Did not happen within {limit.TotalSeconds:0} s: {what}.");
            await Task.Delay(20);
        }
    }

    /// <summary>Wakes everybody, so that a change of <see cref="Endless"/> is noticed.</summary>
    public void WakeAll()
    {
        foreach (LoadTerminal one in Terminals) one.Wake();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _stop.Dispose();
        _dialling.Dispose();
    }

    private async Task PulseAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(1000, stop);
                foreach (LoadTerminal one in Terminals) one.Pulse();
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }
}
