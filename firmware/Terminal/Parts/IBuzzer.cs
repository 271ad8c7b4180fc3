namespace Devices.Terminal.Parts;

/// <summary>A piezo buzzer.</summary>
public interface IBuzzer
{
    /// <summary>Sounds a tone until <see cref="Off"/>.</summary>
    void On(int hertz);

    /// <summary>Silence.</summary>
    void Off();
}
