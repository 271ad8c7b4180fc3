using System.Text;
using Devices.Contract.Punches;

namespace Devices.Edge.Agent.Gallery;

/// <summary>What may name a person and a card. The userid's rule is the punch's (<see cref="PunchRules"/>), so that no enrolled person can make a refused punch.</summary>
public static class PersonRules
{
    /// <summary>Longest name, UTF-16 characters.</summary>
    public const int MaxName = 64;

    /// <summary>Null where it can be a userid, else one sentence.</summary>
    public static string? CheckId(string? id)
    {
        if (string.IsNullOrEmpty(id)) return "The person's id (the platform's userid) is missing.";
        if (Encoding.UTF8.GetByteCount(id) > PunchRules.MaxPerson) return $"The person's id is longer than {PunchRules.MaxPerson} bytes.";
        return id.Any(char.IsControl) ? "The person's id holds a control character." : id.Trim() != id ? "The person's id begins or ends with a blank." : null;
    }

    /// <summary>Null where it can be a name, else one sentence.</summary>
    public static string? CheckName(string? name)
    {
        if (string.IsNullOrWhiteSpace(name)) return "The person's name is missing.";
        if (name.Length > MaxName) return $"The person's name is longer than {MaxName} characters.";
        return name.Any(char.IsControl) ? "The person's name holds a control character." : null;
    }

    /// <summary>Normalises a card's UID (blanks, colons and dashes are dropped) to upper-case hex of 4 to 10 bytes, as the MCU sends it. Null where it is none.</summary>
    public static string? NormaliseCard(string? text)
    {
        if (text is null) return null;
        StringBuilder hex = new(text.Length);
        foreach (char c in text)
        {
            if (c is ' ' or ':' or '-') continue;
            if (!char.IsAsciiHexDigit(c)) return null;
            hex.Append(char.ToUpperInvariant(c));
        }

        return hex.Length is >= 8 and <= 20 && hex.Length % 2 == 0 ? hex.ToString() : null;
    }
}
