using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>Counts the tones and keeps the latest, so that a page can play them.</summary>
public sealed class HostBuzzer : IBuzzer
{
    private const int Kept = 64;

    private readonly Lock _gate = new();
    private readonly Queue<Tone> _tones = new();
    private int _count;
    private int _number;

    /// <summary>Tones begun since boot.</summary>
    public int Tones => Volatile.Read(ref _count);

    /// <summary>The tone that sounds, Hz; 0 for silence.</summary>
    public int Hertz { get; private set; }

    public void On(int hertz)
    {
        Interlocked.Increment(ref _count);
        Keep(hertz);
    }

    public void Off()
    {
        if (Hertz != 0)
        {
            Keep(0);
        }
    }

    /// <summary>Changes after a number, oldest first.</summary>
    public IReadOnlyList<Tone> Since(int number)
    {
        lock (_gate) return [.. _tones.Where(t => t.N > number)];
    }

    private void Keep(int hertz)
    {
        lock (_gate)
        {
            Hertz = hertz;
            _tones.Enqueue(new Tone(++_number, hertz, Environment.TickCount64));
            if (_tones.Count > Kept) _tones.Dequeue();
        }
    }
}
