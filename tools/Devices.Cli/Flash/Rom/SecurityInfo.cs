using System.Numerics;

namespace Devices.Cli.Flash.Rom;

/// <summary>How far a chip's eFuses close it.</summary>
/// <param name="SecureBoot">Only images signed with the owner's key start.</param>
/// <param name="SecureDownload">The loader knows only the few commands that write.</param>
/// <param name="FlashEncryption">What lies in flash is encrypted.</param>
public sealed record SecurityInfo(bool SecureBoot, bool SecureDownload, bool FlashEncryption)
{
    /// <summary>From GET_SECURITY_INFO: flags (bit 0 secure boot, bit 2 secure download) and the count whose odd number of ones means encryption.</summary>
    public static SecurityInfo Of(uint flags, byte cryptCount) => new((flags & 1) != 0, (flags & 4) != 0, BitOperations.PopCount(cryptCount) % 2 == 1);
}
