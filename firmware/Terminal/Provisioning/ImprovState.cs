namespace Devices.Terminal.Provisioning;

/// <summary>Improv's states, with its numbers.</summary>
public enum ImprovState
{
    Stopped = 0,
    NeedsAuthorisation = 1,
    Ready = 2,
    Provisioning = 3,
    Provisioned = 4,
}
