using System.Runtime.InteropServices;
using Devices.Cli.Flash.Serial;

namespace Devices.Cli.Tests.Flash;

/// <summary>What of Windows' serial line can be held without Windows: its structures, its port list, its sentences.</summary>
public sealed class WindowsSerialTests
{
    [Fact]
    public void Structures_have_the_sizes_and_values_that_winbase_gives()
    {
        Marshal.SizeOf<Win32Comm.Dcb>().ShouldBe(28);
        Marshal.SizeOf<Win32Comm.Timeouts>().ShouldBe(20);
        Marshal.OffsetOf<Win32Comm.Dcb>(nameof(Win32Comm.Dcb.ByteSize)).ShouldBe(18);
        Marshal.OffsetOf<Win32Comm.Dcb>(nameof(Win32Comm.Dcb.Reserved1)).ShouldBe(26);
        Win32Comm.Dcb raw = Win32Comm.Dcb.Raw(921_600);
        (raw.BaudRate, raw.Flags, raw.ByteSize, raw.Parity, raw.StopBits).ShouldBe((921_600u, 1u, (byte)8, (byte)0, (byte)0));
        Win32Comm.Timeouts some = Win32Comm.Timeouts.Of(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(5)), none = Win32Comm.Timeouts.Of(TimeSpan.Zero, TimeSpan.FromSeconds(5));
        (some.ReadInterval, some.ReadMultiplier, some.ReadConstant, some.WriteConstant).ShouldBe((uint.MaxValue, uint.MaxValue, 250u, 5000u));
        (none.ReadInterval, none.ReadMultiplier, none.ReadConstant).ShouldBe((uint.MaxValue, 0u, 0u));
    }

    [Fact]
    public void Ports_that_are_there_are_listed_by_number_with_their_usb_device_and_those_of_the_past_are_not()
    {
        List<SerialPortInfo> ports = WindowsPorts.Match(new HashSet<string> { "COM12", "COM3", "COM1", "COM7" },
        [
            (@"USB\VID_303A&PID_1001&MI_00\7&1A2B3C&0&0000", "COM12", "USB JTAG/serial debug unit (COM12)"), (@"USB\VID_10C4&PID_EA60\0001", "COM3", "Silicon Labs CP210x USB to UART Bridge (COM3)"),
            (@"FTDIBUS\VID_0403+PID_6001+A50285BI\0000", "COM7", null), (@"USB\VID_1A86&PID_7523\5&99", "COM44", "gone long ago"),
        ]);
        ports.ShouldBe(
        [
            new("COM1", null, null, null), new("COM3", "Silicon Labs CP210x USB to UART Bridge", "10c4:ea60", "0001"), new("COM7", null, "0403:6001", "0000"), new("COM12", "USB JTAG/serial debug unit", "303a:1001", null),
        ]);
        ports[^1].IsUsbJtag.ShouldBeTrue();
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(50, true)]
    [InlineData(87, true)]
    [InlineData(22, false)]
    [InlineData(995, false)]
    public void A_virtual_port_without_control_wires_is_not_taken_for_a_board_that_was_pulled(int error, bool noWires)
    {
#pragma warning disable CA1416 // A pure function.
        WindowsSerialLine.HasNoWires(error).ShouldBe(noWires);
#pragma warning restore CA1416
    }

    [Theory]
    [InlineData(2, 0, "There is no serial port COM9.")]
    [InlineData(5, 1, "COM9 is held by another program.")]
    [InlineData(32, 1, "COM9 is held by another program.")]
    public void A_port_that_cannot_be_opened_says_why(int error, int fault, string sentence)
    {
#pragma warning disable CA1416 // A pure function.
        SerialLineException refused = WindowsSerialLine.OpenFault("COM9", error);
#pragma warning restore CA1416
        ((int)refused.Fault, refused.Message).ShouldBe((fault, sentence));
    }
}
