namespace Devices.Edge.Agent.Recognition;

/// <summary>Language of the hints on the terminal's screen (<c>Screen:Language</c>).</summary>
public enum HintLanguage
{
    English,
    Chinese,
}
