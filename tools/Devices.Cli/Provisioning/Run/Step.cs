namespace Devices.Cli.Provisioning.Run;

/// <summary>One step of a provisioning: repeatable, with a time limit of its own.</summary>
/// <param name="Name">Stable word, in the journal and in <c>--json</c>.</param>
/// <param name="Title">For people.</param>
/// <param name="Side">Who has to do something.</param>
/// <param name="Limit">Longest time.</param>
/// <param name="Work">Does it; returns what was found, in a sentence.</param>
internal sealed record Step(string Name, string Title, Side Side, TimeSpan Limit, Func<CancellationToken, Task<string>> Work)
{
    /// <summary>How a sentence begins that says that the step could not be done yet.</summary>
    public const string LeftOpen = "left open";

    /// <summary>Whether an earlier run has done it for good: then it is not done again.</summary>
    public Func<bool> IsDone { get; init; } = static () => false;

    /// <summary>Whether a person is asked in it: then the limit is theirs, and not counted against them.</summary>
    public bool AsksPerson { get; init; }
}
