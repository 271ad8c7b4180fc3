namespace Devices.Link;

/// <summary>What the board did with one entry.</summary>
public enum ConfirmResult
{
    /// <summary>In the ledger, durable; <c>seq</c> says where.</summary>
    Accepted = 0,

    /// <summary>The person punched already within the site's window (or this very entry was sent before); <c>seq</c> is that punch.</summary>
    Repeat = 1,

    /// <summary>No person has this card; recorded as an event, not as a punch.</summary>
    Unknown = 2,

    /// <summary>Refused for the reason given; the person must be told.</summary>
    Refused = 3,

    /// <summary>The ledger is full; the MCU keeps the entry and tries again later.</summary>
    Full = 4,
}
