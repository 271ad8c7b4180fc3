namespace Devices.Cli.Flash.Serial;

/// <summary>A serial port of this machine, as <c>/sys</c> describes it.</summary>
/// <param name="Path">Device file, as <c>/dev/ttyUSB0</c>.</param>
/// <param name="Product">What the USB side calls itself; null for a port that is not USB.</param>
/// <param name="Usb">Vendor and product number, as <c>303a:1001</c>; null likewise.</param>
/// <param name="Serial">The USB side's serial number, where it has one.</param>
public sealed record SerialPortInfo(string Path, string? Product, string? Usb, string? Serial)
{
    /// <summary>Espressif's built-in USB-Serial-JTAG (esptool documentation, "boot mode").</summary>
    public bool IsUsbJtag => Usb == "303a:1001";
}
