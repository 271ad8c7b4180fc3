namespace Devices.Bridge.Delivery.DingTalk;

/// <summary>One row of <see cref="ErrorTable"/>.</summary>
/// <param name="Code">
/// The code as text: an errcode or sub_code (<c>33012</c>), a sub_code that means something else when wrapped in 88
/// (<c>88/40000</c>), a code of the new API (<c>InvalidAuthentication</c>), or a bare HTTP status (<c>http:502</c>).
/// </param>
/// <param name="Class">What it means.</param>
/// <param name="Reason">Key of the plain sentence in the text resources.</param>
/// <param name="Wait">Seconds to wait, where the platform names them.</param>
/// <param name="MaxAttempts">Give up after so many attempts; null never.</param>
public sealed record ErrorRule(string Code, ErrorClass Class, string Reason, int? Wait = null, int? MaxAttempts = null);
