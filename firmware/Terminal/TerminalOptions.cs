namespace Devices.Terminal;

/// <summary>What a site sets on its terminal.</summary>
public sealed class TerminalOptions
{
    public TerminalOptions(string terminal)
    {
        Terminal = terminal;
    }

    /// <summary>The terminal's id, also the MQTT user name.</summary>
    public string Terminal { get; }

    /// <summary>Version told to the board.</summary>
    public string Firmware { get; set; } = "0.3.0";

    /// <summary>Why this boot happened.</summary>
    public string Reason { get; set; } = "power";

    /// <summary>Screen texts in 简体中文 (where the screen's font has it) or English.</summary>
    public bool Chinese { get; set; } = true;

    /// <summary>Most punches kept while the board is away.</summary>
    public int QueueCapacity { get; set; } = 1000;

    /// <summary>Whether an accepted card opens the door by itself.</summary>
    public bool DoorOnAccept { get; set; }

    /// <summary>How long the door may stand open before that is told, ms.</summary>
    public int DoorHeldMs { get; set; } = 30000;

    /// <summary>Farthest distance at which somebody counts as present, mm (time of flight).</summary>
    public int PresentMostMm { get; set; } = 1200;

    /// <summary>Starts before this one that did not last; from the boot guard.</summary>
    public int Crashes { get; set; }

    /// <summary>Whether only what punches and the way out need is run.</summary>
    public bool SafeMode { get; set; }

    /// <summary>How long the door is released, ms.</summary>
    public int DoorOpenMs { get; set; } = 3000;
}
