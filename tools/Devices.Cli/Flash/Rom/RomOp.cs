namespace Devices.Cli.Flash.Rom;

/// <summary>Commands of the ROM serial loader (Espressif, "Serial Protocol", section "Commands"). No stub is loaded, so the stub's own are not here.</summary>
public enum RomOp : byte
{
    FlashBegin = 0x02,
    FlashEnd = 0x04,
    Sync = 0x08,
    WriteReg = 0x09,
    ReadReg = 0x0A,
    SpiSetParams = 0x0B,
    SpiAttach = 0x0D,
    ReadFlashSlow = 0x0E,
    ChangeBaudRate = 0x0F,
    FlashDeflBegin = 0x10,
    FlashDeflData = 0x11,
    SpiFlashMd5 = 0x13,
    GetSecurityInfo = 0x14,
}
