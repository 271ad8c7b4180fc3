namespace Devices.Terminal.Parts;

/// <summary>Why a reading gave no UID.</summary>
public enum CardRefusal
{
    None = 0,

    /// <summary>Parity, check sum or length was wrong, or the card left half way: once more.</summary>
    Damaged = 1,

    /// <summary>Two cards answered: the terminal does not choose whose punch it is.</summary>
    TwoCards = 2,

    /// <summary>The card or phone makes a new number up for each reading (ISO/IEC 14443-3: single-size UID starting with 08), so it identifies nobody.</summary>
    RandomNumber = 3,
}
