namespace Devices.Terminal.Parts;

/// <summary>The relay that releases the door. Its resting state is "locked"; a driver sets that in its constructor.</summary>
public interface IDoorRelay
{
    void Set(bool open);
}
