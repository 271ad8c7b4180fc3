namespace Devices.Link;

/// <summary>A refusal: a code for programs, the field it concerns (empty for the whole payload) and one sentence for people.</summary>
public sealed class LinkFault
{
    public LinkFault(LinkError code, string field, string sentence)
    {
        Code = code;
        Field = field;
        Sentence = sentence;
    }

    public LinkError Code { get; }

    public string Field { get; }

    public string Sentence { get; }

    public override string ToString()
    {
        return Sentence;
    }
}
