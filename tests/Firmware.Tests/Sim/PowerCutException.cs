namespace Devices.Firmware.Tests.Sim;

/// <summary>The power went in the middle of a write.</summary>
internal sealed class PowerCutException : Exception;
