namespace Devices.Standins.Terminal;

/// <summary>A change of the buzzer: from <paramref name="At"/> on (ms of a monotonic clock) it sounds <paramref name="Hertz"/>, 0 for silence.</summary>
public readonly record struct Tone(int N, int Hertz, long At);
