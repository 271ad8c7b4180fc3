namespace Devices.Contract.Messages;

/// <summary>A refusal: a code for programs, a sentence for people.</summary>
public sealed record Problem
{
    /// <summary>One of <see cref="ProblemCodes"/>.</summary>
    public required string Code { get; init; }

    public required string Text { get; init; }
}
