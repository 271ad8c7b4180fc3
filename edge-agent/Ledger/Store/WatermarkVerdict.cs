namespace Devices.Edge.Ledger.Store;

/// <summary>What the bridge's watermark means for this ledger.</summary>
public enum WatermarkVerdict
{
    /// <summary>It names another ledger and says nothing about ours.</summary>
    OtherLedger,

    /// <summary>It is where ours already was.</summary>
    Same,

    /// <summary>It moved forward and our acknowledged place with it.</summary>
    Advanced,

    /// <summary>The bridge has less than it once told (restored from a backup): our acknowledged place moved back, punches go up again.</summary>
    Rewound,

    /// <summary>The bridge has less than this terminal still keeps: some punches between were trimmed and cannot be sent again.</summary>
    Trimmed,

    /// <summary>The bridge knows more punches of this ledger than it has: a restored or cloned board.</summary>
    Ahead,

    /// <summary>The chain there differs from ours: a cloned, restored or altered ledger.</summary>
    Fork,
}
