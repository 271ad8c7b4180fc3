using System.Text.Json.Serialization;

namespace Devices.Cli.Doctor;

/// <summary>One line of the doctor.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Found">What was found.</param>
/// <param name="Meaning">What it means for the people in front of the terminal; empty where all is well.</param>
/// <param name="Remedy">What to do; empty where nothing.</param>
public sealed record Finding(string Check, Level Level, string Found, string Meaning = "", string Remedy = "")
{
    /// <summary>What was found may name a person or a card: fit for who stands at the board, and left out of a support bundle.</summary>
    [JsonIgnore]
    public bool MayName { get; init; }
}
