namespace Devices.Cli.Hardware;

/// <summary>A part by its name in the map, its reference in bom.csv, its supply, and what else is to be wired to it.</summary>
public sealed record PinMapPart(string Name, string Ref, string Power, string? Also);
