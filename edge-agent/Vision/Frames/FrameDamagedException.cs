namespace Devices.Edge.Vision.Frames;

/// <summary>A frame that looked sound cannot be decoded in full. The message is one sentence for a technician.</summary>
public sealed class FrameDamagedException(string message) : Exception(message);
