namespace Devices.Edge.Vision.Runtime;

/// <summary>A model whose inputs or outputs are not what the manifest promises.</summary>
internal sealed class ModelShapeException(string message) : Exception(message);
