namespace Devices.Link;

/// <summary>Why a payload or a field was refused; always comes with a sentence in <see cref="LinkFault"/>.</summary>
public enum LinkError
{
    None = 0,
    TooLarge = 1,
    NotJson = 2,
    NotFlat = 3,
    BadText = 4,
    TooManyFields = 5,
    DuplicateField = 6,
    MissingField = 7,
    WrongType = 8,
    OutOfRange = 9,
    UnknownValue = 10,
    UnknownVersion = 11,
}
