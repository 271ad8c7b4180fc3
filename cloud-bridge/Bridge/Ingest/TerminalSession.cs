using System.Diagnostics.CodeAnalysis;

namespace Devices.Bridge.Ingest;

/// <summary>One connection of one terminal.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without a timer holds nothing, and others may hold its token after the end.")]
public sealed class TerminalSession(string terminal, string thumbprint, string? address)
{
    private readonly CancellationTokenSource _ended = new();
    private int _unacknowledged;

    public string Terminal { get; } = terminal;

    /// <summary>This very connection among all of all nodes.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Whether other nodes can know of it: set once it is written down.</summary>
    public bool Placed { get; set; }

    /// <summary>SHA-256 of the certificate it showed.</summary>
    public string Thumbprint { get; } = thumbprint;

    public string? Address { get; } = address;

    /// <summary>The ledger it named in hello or in its last batch; null before either.</summary>
    public Guid? Ledger { get; set; }

    /// <summary>Whether it is a Wi-Fi router and no terminal; null before the store was asked.</summary>
    public bool? IsRouter { get; set; }

    /// <summary>Cancelled when this connection is gone or another took its place.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Says that it is gone.</summary>
    public void End() => _ended.Cancel();

    /// <summary>Downlinks sent at QoS 1 and not yet acknowledged: MQTTnet keeps each in memory without a limit of its own.</summary>
    public int CountSent() => Interlocked.Increment(ref _unacknowledged);

    public void CountAcknowledged() => Interlocked.Decrement(ref _unacknowledged);
}
