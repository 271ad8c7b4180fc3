namespace Devices.Terminal.Parts;

/// <summary>The contact at the door leaf.</summary>
public interface IDoorContact
{
    /// <summary>Whether the door stands open (de-bounced). A cut wire reads as open.</summary>
    bool IsOpen(long nowMs);
}
