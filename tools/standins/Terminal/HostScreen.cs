using Devices.Link;
using Devices.Terminal.Parts;
using Devices.Terminal.Screens;

namespace Devices.Standins.Terminal;

/// <summary>Keeps what the screen says, logs every change as one line, and has the firmware draw it on the panel.</summary>
public sealed class HostScreen(ISystem system, PixelScreen pixels) : IScreen, IStepped
{
    private readonly Lock _gate = new();
    private ScreenKind _kind;
    private string[] _lines = ["", "", "", ""];
    private int _draws;
    private string _logged = "";

    public bool HasChinese => pixels.HasChinese;

    public void Step(long nowMs) => pixels.Step(nowMs);

    public void Draw(ScreenKind kind, string[] lines)
    {
        pixels.Draw(kind, lines);
        string line;
        lock (_gate)
        {
            _kind = kind;
            _lines = [.. lines];
            _draws++;
            line = $"screen {LinkWords.Of(kind)}: {string.Join(" | ", _lines.Where(text => text.Length > 0))}";
            if (line == _logged)
            {
                return;
            }

            _logged = line;
        }

        system.Log(line);
    }

    /// <summary>What it says now: the kind's wire name, four lines, and how often it was drawn.</summary>
    public (string Screen, string[] Lines, int Draws) Look()
    {
        lock (_gate)
        {
            return (LinkWords.Of(_kind), [.. _lines], _draws);
        }
    }
}
