namespace Devices.Edge.Agent.Updates;

/// <summary>Why an update was not taken or not kept; scripts and the bridge know these words.</summary>
public static class UpdateCodes
{
    /// <summary>It was started as often as it may be and did not prove itself.</summary>
    public const string Crashed = "crashed";

    /// <summary>It worked less well than the version before it.</summary>
    public const string Unhealthy = "unhealthy";

    /// <summary>It worked, but no answer of the bridge came through in time.</summary>
    public const string NoRoundTrip = "no-round-trip";

    /// <summary>Its files are not what was signed.</summary>
    public const string Damaged = "damaged";

    /// <summary>The system did not start it.</summary>
    public const string CannotStart = "cannot-start";

    public const string Interrupted = "interrupted";

    /// <summary>The metadata is not to be believed.</summary>
    public const string Metadata = "metadata";

    /// <summary>The wished package is not among the signed ones.</summary>
    public const string Unknown = "unknown";

    /// <summary>It is older than what this terminal has had.</summary>
    public const string Downgrade = "downgrade";

    /// <summary>The version before it could not read the state directory any more after a rollback, or it cannot itself.</summary>
    public const string StateFormat = "state-format";

    /// <summary>Everybody would have to be enrolled again.</summary>
    public const string Templates = "templates";

    public const string Space = "space";

    public const string Clock = "clock";

    public const string Network = "network";

    /// <summary>This terminal takes no such updates.</summary>
    public const string NotSetUp = "not-set-up";

    public const string Fault = "fault";
}
