namespace Devices.Cli.Provisioning.Batch;

/// <summary>One board of a list.</summary>
/// <param name="Line">In the file, the header being line 1.</param>
public sealed record BatchRow(int Line, string Terminal, string Claim)
{
    public string? Serial { get; init; }

    public string? Site { get; init; }

    public string? Place { get; init; }

    public string? TimeZone { get; init; }

    public string? Camera { get; init; }

    public string? Language { get; init; }

    public string? Ssid { get; init; }

    /// <summary>Serial port of the MCU on this desk; null where the MCU is set up on the board.</summary>
    public string? Mcu { get; init; }

    /// <summary>The board's address as the MCU will call it.</summary>
    public string? McuHost { get; init; }

    public string? Contact { get; init; }
}
