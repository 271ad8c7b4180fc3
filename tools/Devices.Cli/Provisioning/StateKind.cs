namespace Devices.Cli.Provisioning;

/// <summary>How far a state folder is provisioned.</summary>
public enum StateKind
{
    /// <summary>No identity at all.</summary>
    Empty,

    /// <summary>Begun and not finished.</summary>
    Half,

    /// <summary>A working identity, and a replacement begun beside it.</summary>
    Replacing,

    /// <summary>Works and keeps its punches, but its certificate is still to be fetched: the bridge was out of reach.</summary>
    Waiting,

    Provisioned,
}
