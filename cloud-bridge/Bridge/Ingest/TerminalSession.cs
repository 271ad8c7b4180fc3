namespace Devices.Bridge.Ingest;

/// <summary>One connection of one terminal.</summary>
public sealed class TerminalSession(string terminal, string thumbprint, string? address)
{
    private int _unacknowledged;

    public string Terminal { get; } = terminal;

    /// <summary>SHA-256 of the certificate it showed.</summary>
    public string Thumbprint { get; } = thumbprint;

    public string? Address { get; } = address;

    /// <summary>The ledger it named in hello or in its last batch; null before either.</summary>
    public Guid? Ledger { get; set; }

    /// <summary>Downlinks sent at QoS 1 and not yet acknowledged: MQTTnet keeps each in memory without a limit of its own.</summary>
    public int CountSent() => Interlocked.Increment(ref _unacknowledged);

    public void CountAcknowledged() => Interlocked.Decrement(ref _unacknowledged);
}
