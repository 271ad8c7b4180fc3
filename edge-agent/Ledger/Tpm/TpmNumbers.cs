using System.Globalization;

namespace Devices.Edge.Ledger.Tpm;

/// <summary>Numbers of the TPM 2.0 Library Specification, part 2 (algorithms, attributes, response codes), and what the codes mean to a person.</summary>
internal static class TpmNumbers
{
    public const int NoSessions = 0x8001, Sessions = 0x8002, HashCheck = 0x8024;
    public const uint CreatePrimary = 0x131, Create = 0x153, Load = 0x157, Sign = 0x15D, Unseal = 0x15E, Flush = 0x165, Capability = 0x17A;
    public const uint Owner = 0x4000_0001, Null = 0x4000_0007, Password = 0x4000_0009;
    public const int KeyedHash = 0x0008, Sha256 = 0x000B, Nothing = 0x0010, Ecdsa = 0x0018, Ecc = 0x0023, Aes = 0x0006, Cfb = 0x0043, P256 = 0x0003;

    // TPMA_OBJECT: it stays in this TPM and under this parent, its use needs its (empty) password and never counts towards the lockout.
    public const uint Stays = 0x2 | 0x10 | 0x40 | 0x400, MadeInside = 0x20, Storage = 0x1_0000 | 0x2_0000, Signs = 0x4_0000;

    public const uint Properties = 6, Manufacturer = 0x105, Firmware = 0x10B;

    public const uint Retry = 0x922, Yielded = 0x908, Testing = 0x90A;

    // Of the format with a parameter or handle number in it: what is left without that number.
    private const uint Integrity = 0x9F, AuthFail = 0x8E, BadAuth = 0xA2, Hierarchy = 0x85, Value = 0x84, Size = 0x95, Curve = 0xA6;

    /// <summary>The sentence for a response code.</summary>
    public static TpmException Told(TpmAddress address, uint command, uint code)
    {
        uint bare = code & 0xFFF, kind = (bare & 0x80) != 0 ? bare & 0xBF : bare;
        string number = string.Create(CultureInfo.InvariantCulture, $"0x{code:X} to command 0x{command:X}");
        return kind switch
        {
            Integrity when command == Load => new(TpmFault.Foreign, $"The TPM at {address} did not make this key: it was cleared or exchanged since, or the file is another board's."),
            Value or Size when command == Load => new(TpmFault.Damaged, $"The TPM at {address} cannot read this key's file: it is damaged."),
            AuthFail or BadAuth when command is CreatePrimary => new(TpmFault.Locked, $"The TPM at {address} has a password for its owner's hierarchy, and this product uses it without one. Take the password away (`tpm2_changeauth -c owner`), or leave the TPM aside (Tpm = none)."),
            Hierarchy when command is CreatePrimary => new(TpmFault.Locked, $"The owner's hierarchy of the TPM at {address} is switched off in the board's set-up."),
            0x921 => new(TpmFault.Locked, $"The TPM at {address} is locked for a while, since somebody tried wrong passwords on it ({number})."),
            Curve when command is CreatePrimary or Create => new(TpmFault.Failed, $"The TPM at {address} has no keys on the curve P-256 ({number})."),
            0x902 or 0x903 or 0x904 => new(TpmFault.Failed, $"The TPM at {address} has no room for another key at this moment: other programs keep theirs loaded ({number}). Use the kernel's resource manager, {TpmAddress.StandardDevice}."),
            0x100 => new(TpmFault.Failed, $"The TPM at {address} was not started by the board's firmware ({number})."),
            0x101 => new(TpmFault.Failed, $"The TPM at {address} reports a failure of its own ({number}): switch the board off and on; if it comes again, the TPM is defective."),
            _ => new(TpmFault.Failed, $"The TPM at {address} answered the error {number}."),
        };
    }
}
