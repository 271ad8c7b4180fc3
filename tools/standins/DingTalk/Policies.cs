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

/// <summary>How the old API reports an error: by its own errcode, or as errcode 88 with the code in the string sub_code.</summary>
public enum ErrorShape
{
    /// <summary><c>{"errcode":90018,…}</c></summary>
    Plain,

    /// <summary><c>{"errcode":88,"sub_code":"90018",…}</c></summary>
    Wrapped,
}
