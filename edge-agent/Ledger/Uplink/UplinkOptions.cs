using Devices.Contract;
using Devices.Contract.Punches;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Edge.Ledger.Uplink;

/// <summary>Settings of an <see cref="UplinkSession"/>.</summary>
public sealed record UplinkOptions
{
    /// <summary>The terminal's name: client id, and the certificate's common name.</summary>
    public required string Terminal { get; init; }

    /// <summary>The bridge's address.</summary>
    public required string Host { get; init; }

    public int Port { get; init; } = 8883;

    /// <summary>The name that the bridge's certificate must carry; <see cref="Host"/> where null.</summary>
    public string? ServerName { get; init; }

    /// <summary>PEM file with the CA certificates that may vouch for the bridge (several while a CA is being replaced). Nobody else may.</summary>
    public required string CaFile { get; init; }

    /// <summary>PEM file with the terminal's certificate. Files are read again at each connect, so a renewed certificate needs no restart.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>PEM file with its private key, or with a key of <see cref="Tpm"/>.</summary>
    public required string KeyFile { get; init; }

    /// <summary>The board's TPM; the kernel's where null.</summary>
    public BoardTpm? Tpm { get; init; }

    /// <summary>Gives the certificate in the place of the two files, where it is renewed while this runs.</summary>
    public IUplinkIdentity? Identity { get; init; }

    /// <summary>Most punches a batch.</summary>
    public int MaxBatch { get; init; } = Protocol.MaxBatch;

    /// <summary>TCP, TLS and CONNACK together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>From a publish to its PUBACK.</summary>
    public TimeSpan AckTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>From <c>hello</c> or an acknowledged batch to the <c>state</c> that answers it.</summary>
    public TimeSpan StateTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>MQTT keep-alive: a link that fell silent is noticed within one and a half of it.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>First wait after a lost link; doubles up to <see cref="BackoffCap"/>, each with jitter of half to whole.</summary>
    public TimeSpan BackoffFirst { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan BackoffCap { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Most punches a second while a backlog drains.</summary>
    public int DrainPerSecond { get; init; } = 2_500;

    /// <summary>A drain of more than one batch begins after a random wait up to this, so that a site's terminals do not all start at once.</summary>
    public TimeSpan DrainJitter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause that the bridge can ask for with <c>slow_down_ms</c>: no bridge, nor what stands in its place, silences a terminal.</summary>
    public TimeSpan SlowDownCap { get; init; } = TimeSpan.FromMinutes(2);

    public TimeSpan StatusEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After ingest was stopped (fork, version …) the bridge is asked again this often.</summary>
    public TimeSpan AskAgainWhenStopped { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Throws <see cref="ArgumentException"/> with a sentence where a setting makes no sense.</summary>
    public void Validate()
    {
        if (!PunchRules.IsTerminalName(Terminal)) throw new ArgumentException($"The terminal's name '{Terminal}' is not 1 to 32 of a-z, 0-9 and '-'.");
        if (string.IsNullOrWhiteSpace(Host)) throw new ArgumentException("The bridge's host is empty: set Bridge:Host.");
        if (Port is < 1 or > 65_535) throw new ArgumentException($"The bridge's port {Port} is not between 1 and 65535.");
        if (MaxBatch is < 1 or > Protocol.MaxBatch) throw new ArgumentException($"MaxBatch {MaxBatch} is not between 1 and {Protocol.MaxBatch}.");
        if (DrainPerSecond < 1) throw new ArgumentException($"DrainPerSecond {DrainPerSecond} must be positive.");
        foreach ((string name, TimeSpan value) in new[] { (nameof(ConnectTimeout), ConnectTimeout), (nameof(AckTimeout), AckTimeout), (nameof(StateTimeout), StateTimeout), (nameof(KeepAlive), KeepAlive), (nameof(BackoffFirst), BackoffFirst), (nameof(BackoffCap), BackoffCap), (nameof(StatusEvery), StatusEvery), (nameof(AskAgainWhenStopped), AskAgainWhenStopped) })
            if (value <= TimeSpan.Zero) throw new ArgumentException($"{name} must be longer than nothing.");
        if (SlowDownCap < TimeSpan.Zero) throw new ArgumentException("SlowDownCap must not be negative.");
        if (DrainJitter < TimeSpan.Zero) throw new ArgumentException("DrainJitter must not be negative.");
    }
}
