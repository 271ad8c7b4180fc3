using System.Text;
using Devices.Contract.Punches;

namespace Devices.Contract.Messages;

/// <summary>The ranges of a roster's fields, as sentences.</summary>
public static class RosterRules
{
    /// <summary>Most people and leavers in one message.</summary>
    public const int MaxPeople = 200;

    /// <summary>Longest name, UTF-16 characters.</summary>
    public const int MaxName = 64;

    /// <summary>Most cards of one person.</summary>
    public const int MaxCards = 8;

    /// <summary>Most departments of one person that are told to a terminal.</summary>
    public const int MaxDepartments = 16;

    private static readonly string[] Methods = ["face", "card", "pin", "operator", "wifi"];

    /// <summary>Null where the message as a whole can be used, else one sentence. Its people are judged one by one with <see cref="CheckPerson"/>: one bad row must not hold up the rest.</summary>
    public static string? Check(RosterMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Line == Guid.Empty) return "The roster's line is empty.";
        if (message.From < 0 || message.Through < message.From) return $"A roster from revision {message.From} through {message.Through} is none.";
        if (message.People.Count + message.Gone.Count > MaxPeople) return $"A roster of {message.People.Count + message.Gone.Count} people is more than {MaxPeople} in one message.";
        if (message.People.Any(one => one is null) || message.Gone.Any(one => one is null)) return "The roster holds a null where a person should be.";
        if (message.Snapshot is { } part && (part.Id == Guid.Empty || part.Part < 1)) return "A part of a whole roster has an id and is counted from 1.";
        foreach (RosterLeaver gone in message.Gone)
            if (CheckId(gone.Id) is not null || gone.Revision < 1 || gone.Revision > message.Through) return "A leaver has no id that can be one, or a revision outside the message.";
        return null;
    }

    /// <summary>Null where the person can be taken in, else one sentence that does not repeat what is wrong with it.</summary>
    public static string? CheckPerson(RosterPerson person)
    {
        ArgumentNullException.ThrowIfNull(person);
        if (CheckId(person.Id) is { } id) return id;
        if (string.IsNullOrWhiteSpace(person.Name) || person.Name.Length > MaxName || person.Name.Any(char.IsControl)) return $"The name of {person.Id} is empty, longer than {MaxName} characters or holds a control character.";
        if (person.Cards is { } cards && (cards.Count > MaxCards || cards.Any(one => !IsCard(one)))) return $"{person.Id} has more than {MaxCards} cards, or one that is not 4 to 10 bytes in upper-case hex.";
        if (person.Departments?.Count > MaxDepartments) return $"{person.Id} is in more than {MaxDepartments} departments.";
        if (person.Methods is { } methods && methods.Any(one => !Methods.Contains(one))) return $"{person.Id} may use a method that is not known here.";
        if (person.FaceConsent is { } consent && (consent.Length is 0 or > 32 || consent.Any(c => !char.IsAsciiLetterLower(c) && c != '-'))) return $"What is said about the consent of {person.Id} is no word.";
        return null;
    }

    /// <summary>Null where it can be a userid, else one sentence.</summary>
    public static string? CheckId(string? id)
    {
        if (string.IsNullOrEmpty(id)) return "A person has no id.";
        if (Encoding.UTF8.GetByteCount(id) > PunchRules.MaxPerson) return $"A person's id is longer than {PunchRules.MaxPerson} bytes.";
        return id.Any(char.IsControl) || id.Trim() != id ? "A person's id holds a control character, or begins or ends with a blank." : null;
    }

    /// <summary>Whether it is a card's UID: 4 to 10 bytes in upper-case hex.</summary>
    public static bool IsCard(string? uid) => uid is { Length: >= 8 and <= 20 } && uid.Length % 2 == 0 && uid.All(char.IsAsciiHexDigitUpper);
}
