namespace Devices.Standins.Camera;

/// <summary>What a frame fault does.</summary>
public enum FrameFaultKind
{
    /// <summary>Bytes of the JPEG are destroyed, so that it does not decode (as dotnet/iot#2293: leading zeros).</summary>
    CorruptFrame,

    /// <summary>The last frame comes again, byte for byte.</summary>
    Freeze,

    /// <summary>No frame comes.</summary>
    Drop,

    /// <summary>The JPEG ends in the middle.</summary>
    Truncated,
}
