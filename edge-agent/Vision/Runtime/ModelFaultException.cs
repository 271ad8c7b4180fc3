namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// A model did not give an answer that may be used: it crashed, hung, or its output is not a number. The frame or
/// picture in hand is lost; the next call may work. The message is one sentence for a technician.
/// </summary>
public sealed class ModelFaultException : Exception
{
    public ModelFaultException(string message, bool stopped = true)
        : base(message) => Stopped = stopped;

    public ModelFaultException(string message, Exception inner)
        : base(message, inner) => Stopped = true;

    /// <summary>Whether the process that runs the models ended, or was ended, by it.</summary>
    public bool Stopped { get; }
}
