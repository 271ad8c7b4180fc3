namespace Devices.Cli.Hardware;

/// <summary>A chip on the I2C bus, 7-bit address.</summary>
public sealed record PinMapChip(string Chip, int Address, string Ref);
