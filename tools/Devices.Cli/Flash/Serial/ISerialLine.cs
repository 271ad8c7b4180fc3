namespace Devices.Cli.Flash.Serial;

/// <summary>A serial line to a board: bytes both ways, a speed, and the two control wires that reset an ESP32. Used by one thread at a time.</summary>
public interface ISerialLine : IDisposable
{
    /// <summary>As the technician named it, for sentences.</summary>
    string Name { get; }

    /// <summary>Whether this is the chip's own USB-Serial-JTAG, which is reset differently and whose speed means nothing.</summary>
    bool IsUsbJtag { get; }

    /// <summary>Reads what has come, waiting at most <paramref name="timeout"/> for the first byte.</summary>
    /// <returns>How many bytes; 0 when none came in time.</returns>
    /// <exception cref="SerialLineException">The line is gone (unplugged, connection closed).</exception>
    int Read(Span<byte> buffer, TimeSpan timeout);

    /// <summary>Writes all bytes.</summary>
    /// <exception cref="SerialLineException">The line is gone, or takes no bytes for five seconds.</exception>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Sets the speed, bits per second, 8N1.</summary>
    void SetBaud(int baud);

    /// <summary>Sets both control wires at once (asserted: true).</summary>
    /// <returns>False where the line has no such wires, as a pseudo-terminal.</returns>
    bool SetControl(bool dtr, bool rts);

    /// <summary>Drops what has come and was not read.</summary>
    void DiscardInput();
}
