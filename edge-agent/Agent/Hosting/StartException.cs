namespace Devices.Edge.Agent.Hosting;

/// <summary>The agent cannot start as it is told to. The message is one sentence, or one a line, for a technician; the exit code is 2.</summary>
public sealed class StartException : Exception
{
    public StartException()
    {
    }

    public StartException(string message) : base(message)
    {
    }

    public StartException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
