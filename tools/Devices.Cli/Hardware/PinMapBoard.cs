namespace Devices.Cli.Hardware;

/// <summary>A development board: which of its pins must be left alone, and its headers from pin 1 on (GPIO numbers, supplies by name).</summary>
public sealed record PinMapBoard(string Name, string File, string Module, string Psram, string Source, string Note, IReadOnlyList<PinMapForbidden> Forbidden, IReadOnlyDictionary<string, IReadOnlyList<string>> Headers);
