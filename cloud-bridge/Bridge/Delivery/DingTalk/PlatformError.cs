namespace Devices.Bridge.Delivery.DingTalk;

/// <summary>An error as DingTalk told it.</summary>
/// <param name="Code">errcode of the old API or code of the new one, as text; <c>html</c> for a page instead of JSON.</param>
/// <param name="SubCode">sub_code of the old API, as text.</param>
/// <param name="Message">sub_msg, errmsg or message.</param>
/// <param name="Status">HTTP status.</param>
public sealed record PlatformError(string? Code, string? SubCode, string? Message, int Status)
{
    /// <summary>The code that counts: the sub_code where there is one.</summary>
    public string Effective => !string.IsNullOrWhiteSpace(SubCode) ? SubCode : Code ?? $"HTTP {Status}";
}
