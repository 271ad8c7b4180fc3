namespace Devices.Standins.DingTalk;

/// <summary>What the cloud does with a punch it already has (same userid, user_check_time and device_id).</summary>
public enum DuplicatePolicy
{
    /// <summary>A second row appears in the record list.</summary>
    SecondRow,

    /// <summary>Answered <c>success</c>, no second row.</summary>
    SilentDrop,

    /// <summary>Answered with an errcode.</summary>
    Error,
}
