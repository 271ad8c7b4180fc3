namespace Devices.Bridge.Web;

/// <summary>Names the resources <c>Web/Texts.resx</c> and <c>Web/Texts.zh-Hans.resx</c>: every sentence a person reads.</summary>
public sealed class Texts
{
    /// <summary>Cultures of the pages; the first is the default.</summary>
    public static IReadOnlyList<string> Cultures { get; } = ["en", "zh-Hans"];
}
