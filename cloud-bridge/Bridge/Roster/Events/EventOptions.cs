using System.Text.RegularExpressions;

namespace Devices.Bridge.Roster.Events;

/// <summary>How the platform tells of changes: <c>Bridge:Events:*</c>.</summary>
public sealed partial record EventOptions
{
    /// <summary><c>stream</c> (an outbound WebSocket), <c>callback</c> (the platform posts to us), or <c>none</c>: full pulls only.</summary>
    public string Kind { get; init; } = "none";

    /// <summary>Stream: seconds without a frame after which a connection counts as dead.</summary>
    public double IdleSeconds { get; init; } = 60;

    /// <summary>Stream: first wait before a failed connection is tried again; it quadruples up to <see cref="ReconnectMaxSeconds"/>.</summary>
    public double ReconnectSeconds { get; init; } = 1;

    public double ReconnectMaxSeconds { get; init; } = 60;

    /// <summary>Stream: seconds an old connection is still read after the new one is there.</summary>
    public double DrainSeconds { get; init; } = 15;

    /// <summary>Callback: path below the bridge's HTTP and HTTPS addresses.</summary>
    public string Path { get; init; } = "/callback/dingtalk";

    /// <summary>Callback: file with the token of the console's page, 3 to 64 letters and digits.</summary>
    public string TokenFile { get; init; } = "";

    /// <summary>Callback: file with the 43-character AES key.</summary>
    public string AesKeyFile { get; init; } = "";

    /// <summary>Callback: whose messages are taken: <c>appkey</c> (a subscription of the console) or <c>corpid</c> (an older registration).</summary>
    public string Owner { get; init; } = "appkey";

    /// <summary>Callback: seconds by which a message's time may differ from ours; older ones are replays.</summary>
    public double WindowSeconds { get; init; } = 600;

    /// <summary>One sentence for the first value that cannot work, or null.</summary>
    public string? Check()
    {
        if (Kind is not ("none" or "stream" or "callback")) return $"Bridge:Events:Kind '{Kind}' is not known: use stream, callback or none.";
        if (IdleSeconds is not (>= 0.1 and <= 3600)) return "Bridge:Events:IdleSeconds must be from 0.1 to 3600.";
        if (ReconnectSeconds is not (>= 0.01 and <= 3600)) return "Bridge:Events:ReconnectSeconds must be from 0.01 to 3600.";
        if (!(ReconnectMaxSeconds >= ReconnectSeconds && ReconnectMaxSeconds <= 3600)) return "Bridge:Events:ReconnectMaxSeconds must be from ReconnectSeconds to 3600.";
        if (DrainSeconds is not (>= 0 and <= 600)) return "Bridge:Events:DrainSeconds must be from 0 to 600.";
        if (Kind != "callback") return null;
        if (!PathForm().IsMatch(Path)) return $"Bridge:Events:Path is '{Path}': give a path such as /callback/dingtalk, of letters, digits, - and _.";
        if (TokenFile.Length == 0) return "Bridge:Events:TokenFile is missing: give the path of a file with the token of the event subscription.";
        if (AesKeyFile.Length == 0) return "Bridge:Events:AesKeyFile is missing: give the path of a file with the AES key of the event subscription.";
        if (Owner is not ("appkey" or "corpid")) return $"Bridge:Events:Owner '{Owner}' is not known: use appkey or corpid.";
        if (WindowSeconds is not (>= 1 and <= 86_400)) return "Bridge:Events:WindowSeconds must be from 1 to 86400.";
        return null;
    }

    [GeneratedRegex(@"^(/[A-Za-z0-9_-]+)+$")]
    private static partial Regex PathForm();
}
