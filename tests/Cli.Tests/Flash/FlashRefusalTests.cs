using Devices.Cli.App;
using Devices.Cli.Tests.Support;
using Devices.Standins.EspRom;

namespace Devices.Cli.Tests.Flash;

/// <summary>Boards and ports that cannot be flashed get a sentence that tells why and what to do.</summary>
public sealed class FlashRefusalTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;

    public FlashRefusalTests()
    {
        _cli = new Support.Cli(_folder);
        File.WriteAllBytes(_folder["app.bin"], Images.Random(70_000, 9));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_board_without_wires_that_runs_its_program_is_asked_for_by_its_buttons()
    {
        using PlayedBoard board = PlayedBoard.OnPseudoTerminal(RomChip.Esp32S3, loader: false);
        Ran ran = await _cli.RunAsync("flash", "info", "--port", board.Port);
        ran.ShouldRefuse(ExitCodes.BoardSilent);
        ran.Error.ShouldContain("Hold BOOT, press and release RESET");
    }

    [Fact]
    public async Task A_board_whose_wires_do_not_reach_the_loader_tells_what_its_boot_log_said()
    {
        using PlayedBoard board = PlayedBoard.OnNetwork(RomChip.Esp32S3);
        board.Circuit!.Broken = true;
        (await _cli.RunAsync("flash", "info", "--port", board.Port)).ShouldRefuse(ExitCodes.BoardSilent, "started its program instead of its loader", "0x8");
    }

    [Theory]
    [InlineData(1u, 0, "secure boot")]
    [InlineData(4u, 0, "secure download mode")]
    [InlineData(0u, 1, "flash encryption")]
    public async Task A_chip_that_its_fuses_close_is_left_alone(uint flags, byte count, string what)
    {
        using PlayedBoard board = PlayedBoard.OnPseudoTerminal(RomChip.Esp32S3 with { SecurityFlags = flags, CryptCount = count });
        (await _cli.RunAsync("flash", "write", "--app", "app.bin", "--port", board.Port)).ShouldRefuse(ExitCodes.BoardClosed, what);
        board.Machine.Flash.Writes.ShouldBe(0);
    }

    [Fact]
    public async Task The_first_esp32_tells_its_closing_in_its_own_fuse_words()
    {
        using PlayedBoard board = PlayedBoard.OnPseudoTerminal(RomChip.Esp32 with { Registers = new Dictionary<uint, uint> { [0x3FF5A000] = 1 << 20 } });
        (await _cli.RunAsync("flash", "write", "--app", "app.bin", "--port", board.Port)).ShouldRefuse(ExitCodes.BoardClosed, "flash encryption");
    }

    [Fact]
    public async Task A_chip_that_the_firmware_is_not_for_is_named()
    {
        using PlayedBoard board = PlayedBoard.OnPseudoTerminal(RomChip.Esp32C6);
        (await _cli.RunAsync("flash", "info", "--port", board.Port)).ShouldRefuse(ExitCodes.ChipUnsupported, "ESP32-C6");
    }

    [Fact]
    public async Task Ports_that_cannot_be_used_get_a_sentence_each()
    {
        (await _cli.RunAsync("flash", "info", "--port", "/dev/ttyUSB99")).ShouldRefuse(ExitCodes.SerialMissing, "/dev/ttyUSB99");
        (await _cli.RunAsync("flash", "info", "--port", "/dev/null")).ShouldRefuse(ExitCodes.SerialUnsupported, "not a serial port");
        (await _cli.RunAsync("flash", "info", "--port", "rfc2217://nowhere")).ShouldRefuse(ExitCodes.SerialMissing, "host:port");
        (await _cli.RunAsync("flash", "info", "--port", "rfc2217://127.0.0.1:1")).ShouldRefuse(ExitCodes.SerialMissing, "Nobody answers");
        using PlayedBoard board = PlayedBoard.OnPseudoTerminal(RomChip.Esp32S3);
        using (Devices.Cli.Flash.Serial.ISerialLine held = Devices.Cli.Flash.Serial.SerialPorts.Open(board.Port, 115_200))
            (await _cli.RunAsync("flash", "info", "--port", board.Port)).ShouldRefuse(ExitCodes.SerialBusy, "another program");
    }
}
