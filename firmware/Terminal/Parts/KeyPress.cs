namespace Devices.Terminal.Parts;

/// <summary>A key of the terminal.</summary>
public enum KeyPress
{
    None = 0,
    In = 1,
    Out = 2,
    Exit = 3,
}
