using Devices.Link;

namespace Devices.Terminal.Parts;

/// <summary>A screen of four text lines: title, main, detail, footer.</summary>
public interface IScreen
{
    /// <summary>Whether this screen's font holds Chinese; if not, the texts are English.</summary>
    bool HasChinese { get; }

    /// <summary>Draws; called only when something changed. <paramref name="lines"/> has four entries, "" for an empty line.</summary>
    void Draw(ScreenKind kind, string[] lines);
}
