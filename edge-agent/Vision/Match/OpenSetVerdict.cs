namespace Devices.Edge.Vision.Match;

public enum OpenSetVerdict
{
    /// <summary>Nobody enrolled reaches the threshold.</summary>
    Unknown,

    /// <summary>The best person reaches the threshold, another is within the margin.</summary>
    Ambiguous,

    /// <summary>The best person reaches the threshold and stands clear of every other.</summary>
    Accept,
}
