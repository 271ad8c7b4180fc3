namespace Devices.Terminal.Entries;

/// <summary>Whether an entry is safe.</summary>
public enum PutResult
{
    /// <summary>On flash; it survives a power cut.</summary>
    Saved = 0,

    /// <summary>The queue has no room; nothing was stored and the person must be told.</summary>
    Full = 1,

    /// <summary>The flash refused; nothing was stored and the person must be told.</summary>
    StorageFault = 2,
}
