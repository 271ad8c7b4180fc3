namespace Devices.Edge.Ledger.Time;

/// <summary>The latest time this terminal has known for certain, kept over power cuts. The true time cannot lie before it.</summary>
public interface ITimeFloor
{
    /// <summary>Ms since the Unix epoch; 0 where nothing was ever known.</summary>
    long FloorMs { get; }

    /// <summary>Keeps <paramref name="atMs"/> durably where it lies after the floor.</summary>
    void RaiseFloor(long atMs);

    /// <summary>Sets the floor, also downwards: only on an operator's word, after a wrong time source had poisoned it.</summary>
    void ResetFloor(long atMs);
}
