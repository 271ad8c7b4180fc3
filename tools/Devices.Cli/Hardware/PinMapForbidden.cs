namespace Devices.Cli.Hardware;

/// <summary>Pins that must be left alone, and why.</summary>
public sealed record PinMapForbidden(IReadOnlyList<int> Pins, string Why);
