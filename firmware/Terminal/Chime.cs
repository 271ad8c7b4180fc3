namespace Devices.Terminal;

/// <summary>The sounds.</summary>
public enum Chime
{
    Key = 0,
    Good = 1,
    Saved = 2,
    Bad = 3,
    Alarm = 4,
}
