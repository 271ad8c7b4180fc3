namespace Devices.Standins.DingTalk;

/// <summary>Input from the person or test that drives the stand-in is unusable; the message is the whole explanation.</summary>
public sealed class BadInputException : Exception
{
    /// <summary>Creates it without an explanation.</summary>
    public BadInputException()
    {
    }

    /// <summary>Creates it with the sentence to show.</summary>
    public BadInputException(string message)
        : base(message)
    {
    }

    /// <summary>Creates it with the sentence to show and its cause.</summary>
    public BadInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
