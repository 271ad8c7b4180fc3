namespace Devices.Standins.EspRom;

/// <summary>An option that cannot be used, in one sentence.</summary>
public sealed class BadInputException(string message) : Exception(message);
