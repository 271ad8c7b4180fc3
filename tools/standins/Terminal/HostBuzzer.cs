using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>Counts the tones.</summary>
public sealed class HostBuzzer : IBuzzer
{
    private int _tones;

    /// <summary>Tones begun since boot.</summary>
    public int Tones => Volatile.Read(ref _tones);

    /// <summary>The tone that sounds, Hz; 0 for silence.</summary>
    public int Hertz { get; private set; }

    public void On(int hertz)
    {
        Interlocked.Increment(ref _tones);
        Hertz = hertz;
    }

    public void Off() => Hertz = 0;
}
