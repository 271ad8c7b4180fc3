namespace Devices.Terminal.Parts;

/// <summary>One part's fault: typed for the program, one English sentence with the remedy for the technician.</summary>
public sealed class PartFault
{
    public PartFault(string part, PartFaultKind kind, string sentence)
    {
        Part = part;
        Kind = kind;
        Sentence = sentence;
    }

    /// <summary>The part's name, such as "card reader RC522".</summary>
    public string Part { get; }

    public PartFaultKind Kind { get; }

    public string Sentence { get; }
}
