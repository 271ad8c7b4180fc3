namespace Devices.Bridge.Alerts;

/// <summary>What became of a message.</summary>
public enum RobotVerdict
{
    Taken,

    /// <summary>No answer, or the platform is busy: again with the same id.</summary>
    Again,

    /// <summary>Too many: again after ten minutes.</summary>
    Blocked,

    /// <summary>Somebody has to change a setting: token, secret, clock, the robot itself.</summary>
    Configuration,

    /// <summary>The message itself: it will never be taken.</summary>
    Content,
}

/// <param name="Text">For a person; null where it was taken.</param>
public sealed record RobotAnswer(RobotVerdict Verdict, string? Text)
{
    public static RobotAnswer Taken { get; } = new(RobotVerdict.Taken, null);

    /// <summary>The codes of custom-robots-send-group-messages, as documented and as seen; HTTP 200 comes with all of them.</summary>
    public static RobotAnswer Of(long code, string message) => code switch
    {
        0 => Taken,
        660026 or 410100 => new(RobotVerdict.Blocked, $"The robot is blocked for ten minutes: {message} ({code})."),
        300005 or 400101 => new(RobotVerdict.Configuration, $"The robot's token is not known: check Bridge:Alerts:RobotTokenFile ({code})."),
        310000 => new(RobotVerdict.Configuration, $"The robot's security refused the call: check Bridge:Alerts:RobotSecretFile, this machine's clock, and the robot's keywords and addresses. DingTalk says: {message} ({code})."),
        400013 or 400102 or 400106 => new(RobotVerdict.Configuration, $"The robot or its group is gone or stopped: make a new one. DingTalk says: {message} ({code})."),
        40035 or 43004 or 400105 or (>= 430101 and <= 430104) => new(RobotVerdict.Content, $"DingTalk did not take the message: {message} ({code})."),
        _ => new(RobotVerdict.Again, $"DingTalk answered {code}: {message}."),
    };
}
