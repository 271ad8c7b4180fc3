namespace Devices.Terminal.Provisioning;

/// <summary>Improv's errors, with its numbers.</summary>
public enum ImprovError
{
    None = 0,
    BadRpc = 1,
    UnknownRpc = 2,
    CannotConnect = 3,
    NotAuthorised = 4,
    BadHostname = 5,
    Unknown = 255,
}
