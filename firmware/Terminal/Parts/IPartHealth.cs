namespace Devices.Terminal.Parts;

/// <summary>A part that can tell whether it works. The same object is returned while the fault lasts, so a change is seen by reference.</summary>
public interface IPartHealth
{
    /// <summary>The present fault, or null.</summary>
    PartFault? Fault { get; }
}
