namespace Devices.FleetLoad;

/// <summary>A run cannot go on; the message is one sentence for whoever started it.</summary>
internal sealed class LoadFault(string message) : Exception(message);
