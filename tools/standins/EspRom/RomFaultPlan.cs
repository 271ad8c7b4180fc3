namespace Devices.Standins.EspRom;

/// <summary>What goes wrong on the way and in the chip. Seeded: the same plan plays the same faults.</summary>
public sealed class RomFaultPlan(int seed = 1)
{
    private readonly Random _random = new(seed);
    private int _commands;

    /// <summary>Share of bytes to the chip that are lost.</summary>
    public double LoseIn { get; set; }

    /// <summary>Share of bytes from the chip that are lost.</summary>
    public double LoseOut { get; set; }

    /// <summary>Share of bytes to the chip in which one bit is turned.</summary>
    public double FlipIn { get; set; }

    /// <summary>The numbers of the commands (from 1) after which the chip restarts into its program before it answers.</summary>
    public HashSet<int> ResetAfter { get; } = [];

    /// <summary>The numbers of the commands whose answer does not come although they were carried out.</summary>
    public HashSet<int> MuteAnswer { get; } = [];

    /// <summary>How long each answer takes, milliseconds.</summary>
    public int SlowMilliseconds { get; set; }

    /// <summary>Above this speed the wire carries only noise.</summary>
    public int MaxBaud { get; set; } = int.MaxValue;

    /// <summary>Commands that were received whole.</summary>
    public int Commands => _commands;

    /// <summary>How often a fault was played.</summary>
    public int Played { get; private set; }

    internal int CountCommand() => ++_commands;

    internal bool Restarts(int command) => Note(ResetAfter.Contains(command));

    internal bool Mutes(int command) => Note(MuteAnswer.Contains(command));

    internal bool LosesIn() => Note(LoseIn > 0 && _random.NextDouble() < LoseIn);

    internal bool LosesOut() => Note(LoseOut > 0 && _random.NextDouble() < LoseOut);

    internal byte Altered(byte one) => Note(FlipIn > 0 && _random.NextDouble() < FlipIn) ? (byte)(one ^ (1 << _random.Next(8))) : one;

    internal byte Noise() => (byte)_random.Next(256);

    private bool Note(bool happens)
    {
        if (happens) Played++;
        return happens;
    }
}
