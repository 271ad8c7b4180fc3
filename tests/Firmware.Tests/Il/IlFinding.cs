namespace Devices.Firmware.Tests.Il;

/// <summary>One breach: which rule, in which top-level type, and where.</summary>
public sealed record IlFinding(string Rule, string Type, string Where);
