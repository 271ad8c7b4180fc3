namespace Devices.Terminal.Parts;

/// <summary>The rest of the machine: memory, randomness, log lines, reboot.</summary>
public interface ISystem
{
    /// <summary>Free managed memory in bytes.</summary>
    long FreeBytes { get; }

    /// <summary>31 random bits.</summary>
    int Random();

    /// <summary>One line for the technician's console. Never a PIN, a password or a key.</summary>
    void Log(string line);

    /// <summary>Reboots; the reason is told in the next <c>hello</c>.</summary>
    void Reboot(string reason);
}
