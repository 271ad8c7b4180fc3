using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>Keeps what the screen says and logs every change as one line.</summary>
public sealed class HostScreen(ISystem system) : IScreen
{
    private readonly Lock _gate = new();
    private ScreenKind _kind;
    private string[] _lines = ["", "", "", ""];
    private int _draws;
    private string _logged = "";

    public bool HasChinese => true;

    public void Draw(ScreenKind kind, string[] lines)
    {
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
