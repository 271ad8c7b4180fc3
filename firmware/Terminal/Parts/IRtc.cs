namespace Devices.Terminal.Parts;

/// <summary>A clock with its own battery.</summary>
public interface IRtc
{
    /// <summary>
    /// The time, ms since the Unix epoch (whole seconds). False when the clock does not answer, has lost its time (its oscillator had
    /// stopped) or holds no sound date: then nothing may be stamped with it.
    /// </summary>
    bool TryRead(out long epochMs);

    /// <summary>Sets the time, rounded to the nearest second, and marks it as sound. Call it near a full second to lose less. False when it failed.</summary>
    bool Set(long epochMs);
}
