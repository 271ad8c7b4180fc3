namespace Devices.Scale;

/// <summary>The promise was broken, or the installation did not get on; the message says what was seen, with the seed.</summary>
public sealed class ScaleException(string message) : Exception(message);
