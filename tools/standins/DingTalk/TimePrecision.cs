namespace Devices.Standins.DingTalk;

/// <summary>What is left of an uploaded time in the record list.</summary>
public enum TimePrecision
{
    /// <summary>As uploaded.</summary>
    Millisecond,

    /// <summary>Cut to the second.</summary>
    Second,

    /// <summary>Cut to the minute: the platform counts one event a person and minute.</summary>
    Minute,
}
