namespace Devices.Terminal.Parts;

/// <summary>A part that does its work in small pieces: the loop calls it in every step.</summary>
public interface IStepped
{
    /// <summary>Does one piece; never blocks.</summary>
    void Step(long nowMs);
}
