namespace Devices.Cli.App;

/// <summary>An expected end other than success: a sentence for the technician, what to do, and the exit code. Never shown with a stack trace.</summary>
public sealed class CliException : Exception
{
    /// <param name="message">One sentence that names what was wrong.</param>
    /// <param name="remedy">What to do; null takes the code's own.</param>
    /// <param name="inner">Shown only with <c>--verbose</c>.</param>
    public CliException(ExitCode code, string message, string? remedy = null, Exception? inner = null)
        : base(message, inner)
    {
        ArgumentNullException.ThrowIfNull(code);
        Code = code;
        Remedy = remedy ?? code.Remedy;
    }

    public ExitCode Code { get; }

    public string Remedy { get; }
}
