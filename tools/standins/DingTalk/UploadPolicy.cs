namespace Devices.Standins.DingTalk;

/// <summary>What the cloud does with an upload whose real treatment is not documented (dingtalk-api facts, section 9).</summary>
public enum UploadPolicy
{
    /// <summary>Kept as an ordinary row.</summary>
    Record,

    /// <summary>Kept as a row judged invalid: no planId, checkType, timeResult or isLegal.</summary>
    InvalidRow,

    /// <summary>Answered <c>success</c> and thrown away.</summary>
    SilentDrop,

    /// <summary>Answered with an errcode.</summary>
    Error,
}
