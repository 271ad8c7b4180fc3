namespace Devices.Standins.DingTalk;

/// <summary>How the old API reports an error: by its own errcode, or as errcode 88 with the code in the string sub_code.</summary>
public enum ErrorShape
{
    /// <summary><c>{"errcode":90018,…}</c></summary>
    Plain,

    /// <summary><c>{"errcode":88,"sub_code":"90018",…}</c></summary>
    Wrapped,
}
