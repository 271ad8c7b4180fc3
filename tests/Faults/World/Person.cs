using System.Globalization;

namespace Devices.Faults.World;

/// <summary>Somebody who works at one terminal. People of different terminals are different people, so that a punch says where it was made.</summary>
/// <param name="Id">The platform's userid, and the name on the screen.</param>
/// <param name="Number">For the keypad; null for who has no PIN.</param>
internal sealed record Person(string Id, string Card, string? Number)
{
    public const string Pin = "482604";
    private const int WithPin = 4;

    public static IReadOnlyList<Person> Of(int terminal, int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new Person(
            string.Create(CultureInfo.InvariantCulture, $"t{terminal + 1}p{i + 1:00}"),
            string.Create(CultureInfo.InvariantCulture, $"04{terminal + 1:X2}{i + 1:X2}C1"),
            i < WithPin ? string.Create(CultureInfo.InvariantCulture, $"{(terminal + 1) * 1000 + i + 1}") : null)),
    ];
}
