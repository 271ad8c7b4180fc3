namespace Devices.Bridge.Delivery.Planning;

/// <summary>What a punch is in its person's day.</summary>
public enum DayPart
{
    /// <summary>The first-in.</summary>
    First,

    /// <summary>The last-out, as far as anybody can know now.</summary>
    Last,

    /// <summary>Neither.</summary>
    Between,
}

/// <summary>What is done with a punch now.</summary>
public enum SendChoice
{
    Send,

    /// <summary>Kept back and judged again at <see cref="SendVerdict.Until"/>, or when the budget allows.</summary>
    Defer,

    /// <summary>Not sent under this policy, unless HR says so.</summary>
    Skip,
}

/// <param name="Reason">Key of the sentence for HR where it is not sent now.</param>
/// <param name="Until">When it is judged again, ms since the Unix epoch; null: when the budget allows.</param>
public sealed record SendVerdict(SendChoice Choice, DayPart Part, string? Reason = null, long? Until = null);
