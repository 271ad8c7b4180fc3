namespace Devices.Cli.Flash;

/// <summary>The flash does not take or keep what is written, or is not read right.</summary>
public sealed class FlashFailedException(string message) : IOException(message);
