namespace Devices.Terminal.Drivers.Readers;

/// <summary>Registers, commands and bits of NXP's MFRC522 (datasheet Rev 3.9, chapters 9 and 10), named as there, and the clones' versions.</summary>
internal static class Rc522Registers
{
    public const int CommandReg = 0x01;
    public const int ComIrqReg = 0x04;
    public const int DivIrqReg = 0x05;
    public const int ErrorReg = 0x06;
    public const int FifoDataReg = 0x09;
    public const int FifoLevelReg = 0x0A;
    public const int ControlReg = 0x0C;
    public const int BitFramingReg = 0x0D;
    public const int CollReg = 0x0E;
    public const int ModeReg = 0x11;
    public const int TxControlReg = 0x14;
    public const int TxAskReg = 0x15;
    public const int CrcResultRegH = 0x21;
    public const int CrcResultRegL = 0x22;
    public const int TModeReg = 0x2A;
    public const int TPrescalerReg = 0x2B;
    public const int TReloadRegH = 0x2C;
    public const int TReloadRegL = 0x2D;
    public const int VersionReg = 0x37;

    public const int Idle = 0x00;
    public const int CalcCrc = 0x03;
    public const int Transceive = 0x0C;

    public const int TimerIrq = 0x01;
    public const int RxIrq = 0x20;
    public const int Set1 = 0x80;
    public const int CrcIrq = 0x04;
    public const int ClearIrqs = 0x7F;
    public const int FlushBuffer = 0x80;
    public const int StartSend = 0x80;
    public const int CollErr = 0x08;
    public const int BufferOvfl = 0x10;
    public const int ParityErr = 0x02;
    public const int ProtocolErr = 0x01;

    /// <summary>91 and 92 hex are NXP's; 88 is Fudan's FM17522, 12 and B2 come from clones that work alike.</summary>
    public static bool IsKnown(int version)
    {
        return version == 0x91 || version == 0x92 || version == 0x88 || version == 0x90 || version == 0x12 || version == 0xB2;
    }
}
