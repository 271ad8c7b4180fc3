namespace Devices.Terminal.Drivers.Bus;

/// <summary>One chip on an SPI bus; its chip select is low for the length of a call. The clock is the master's, so a call cannot hang.</summary>
public interface ISpiBus
{
    void Write(byte[] data, int offset, int count);

    /// <summary>Full duplex: both arrays hold at least <paramref name="count"/> bytes.</summary>
    void Transfer(byte[] write, byte[] read, int count);
}
