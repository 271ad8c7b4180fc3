namespace Devices.Terminal.Parts;

/// <summary>The chip's wall clock. The loop keeps its own (anchor + monotonic); this is told so that TLS and file dates are right.</summary>
public interface IBoardClock
{
    /// <summary>Sets the wall clock, ms since the Unix epoch.</summary>
    void Set(long epochMs);
}
