namespace Devices.PrivateServers;

/// <summary>A private server could not be made or did not start; the message says what it said itself.</summary>
public sealed class PrivateServerException(string message, Exception? inner = null) : Exception(message, inner);
