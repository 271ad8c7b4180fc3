namespace Devices.Terminal.Parts;

/// <summary>A card reader that is polled; de-bouncing is the loop's business, not the reader's.</summary>
public interface ICardReader
{
    /// <summary>The UID read since the last call as upper-case hex of 4 to 10 bytes, or null.</summary>
    string? Poll(long nowMs);

    /// <summary>True once for every reading that arrived damaged (parity, half frame): the person is asked to try again.</summary>
    bool TakeDamaged();
}
