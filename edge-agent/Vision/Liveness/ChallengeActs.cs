namespace Devices.Edge.Vision.Liveness;

/// <summary>Among which acts a challenge is drawn.</summary>
public enum ChallengeActs
{
    /// <summary>Turn the head left or right.</summary>
    Turn,

    /// <summary>Close the eyes for a second: a long blink.</summary>
    Blink,

    /// <summary>Any of the three, each as likely; what cannot be foreseen cannot be filmed beforehand.</summary>
    Either,
}
