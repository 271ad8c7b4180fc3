using Devices.Cli.Flash.Rom;
using Devices.Cli.Flash.Serial;

namespace Devices.Cli.Tests.Flash;

/// <summary>The order of the two wires is what restarts a chip into its loader.</summary>
public sealed class ResetSequenceTests
{
    private sealed class Wires : ISerialLine
    {
        public List<string> Seen { get; } = [];

        public string Name => "wires";

        public bool IsUsbJtag => true;

        public int Read(Span<byte> buffer, TimeSpan timeout) => 0;

        public void Write(ReadOnlySpan<byte> bytes)
        {
        }

        public void SetBaud(int baud)
        {
        }

        public bool SetControl(bool dtr, bool rts)
        {
            Seen.Add($"{(dtr ? 'D' : '-')}{(rts ? 'R' : '-')}");
            return true;
        }

        public void DiscardInput()
        {
        }

        public void Dispose()
        {
        }
    }

    [Fact]
    public void The_chips_own_usb_port_passes_through_both_asserted_and_never_through_neither()
    {
        Wires wires = new();
        ResetSequence.IntoLoader(usbJtag: true).ShouldHaveSingleItem().Play(wires).ShouldBeTrue();
        wires.Seen.ShouldBe(["--", "D-", "DR", "-R", "--"]);
    }

    [Fact]
    public void An_adapter_holds_reset_alone_then_the_boot_pin_alone_and_a_line_without_wires_says_so()
    {
        Wires wires = new();
        ResetSequence.IntoLoader(usbJtag: false)[0].Play(wires);
        wires.Seen.ShouldBe(["--", "DR", "-R", "D-", "--"]);
        ResetSequence.IntoLoader(usbJtag: false).Count.ShouldBe(4);
    }
}
