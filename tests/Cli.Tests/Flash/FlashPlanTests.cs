using System.Buffers.Binary;
using Devices.Cli.App;
using Devices.Cli.Flash.Rom;
using Devices.Cli.Flash.Serial;
using Devices.Cli.Tests.Support;
using Devices.Standins.EspRom;

namespace Devices.Cli.Tests.Flash;

/// <summary>What does not fit is refused by name before anything is erased.</summary>
public sealed class FlashPlanTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;
    private readonly PlayedBoard _board = PlayedBoard.OnPseudoTerminal(RomChip.Esp32S3);

    public FlashPlanTests()
    {
        _cli = new Support.Cli(_folder);
        Images.Runtime(_folder["runtime"], 9);
        File.WriteAllBytes(_folder["app.bin"], Images.Random(5_000, 1));
    }

    public void Dispose()
    {
        _board.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_program_for_a_board_without_a_table_is_refused() => await Refused("This board has no partition table", "--app", "app.bin");

    [Fact]
    public async Task A_program_that_is_larger_than_its_partition_is_refused()
    {
        File.WriteAllBytes(_folder["app.bin"], new byte[0x1F0001]);
        await Refused("partition 'deploy' has room for", "--runtime", "runtime", "--app", "app.bin");
    }

    [Fact]
    public async Task A_native_image_is_not_taken_for_the_managed_program()
    {
        File.WriteAllBytes(_folder["app.bin"], Images.Program(9, 100));
        await Refused("is a native program image", "--runtime", "runtime", "--app", "app.bin");
    }

    [Fact]
    public async Task A_damaged_image_is_refused_wherever_the_damage_is()
    {
        byte[] image = Images.Program(9, 150_000, seed: 3);
        foreach ((int at, string words) in new[] { (100, "is damaged: its checksum"), (image.Length - 1, "SHA-256 does not fit"), (5, "SHA-256 does not fit"), (1, "segments") })
        {
            byte[] damaged = [.. image];
            damaged[at] ^= 0x40;
            File.WriteAllBytes(_folder["runtime", "nanoCLR.bin"], damaged);
            await Refused("nanoCLR.bin", "--runtime", "runtime");
            (await _cli.RunAsync("flash", "write", "--runtime", "runtime", "--port", _board.Port)).Error.ShouldContain(words);
        }

        File.WriteAllBytes(_folder["runtime", "nanoCLR.bin"], image[..^100]);
        await Refused("nanoCLR.bin is cut short", "--runtime", "runtime");
    }

    [Fact]
    public async Task A_damaged_or_impossible_table_is_refused()
    {
        byte[] table = Images.Table();
        table[8] ^= 1;
        await Table(table, "its MD5 does not fit");
        await Table(Images.Table(("a", 0, 0, 0x10000, 0x20000), ("b", 1, 1, 0x20000, 0x20000)), "'a' and 'b' overlap");
        await Table(Images.Table(("a", 0, 0, 0x10000, 0x1000000)), "beyond this board's 4 MiB of flash");
        await Table(new byte[64], "is not a partition table");
        await Table([0xAA, 0x50], "it ends without an end");

        async Task Table(byte[] bytes, string words)
        {
            File.WriteAllBytes(_folder["runtime", "partitions_4mb.bin"], bytes);
            await Refused(words, "--runtime", "runtime");
        }
    }

    [Theory]
    [InlineData("0x10800=app.bin", "not the start of a sector")]
    [InlineData("0x5000=app.bin", "only the bootloader")]
    [InlineData("0x3FF000=app.bin", "beyond this board's 4 MiB")]
    [InlineData("0x11000=app.bin", "has to begin where its partition 'factory' begins")]
    [InlineData("0x8800=app.bin", "not the start of a sector")]
    [InlineData("0xA000=missing.bin", "There is no file")]
    public async Task A_piece_in_the_wrong_place_is_refused(string image, string words) => await Refused(words, "--runtime", "runtime", "--image", image);

    [Fact]
    public async Task Pieces_that_overlap_are_refused()
    {
        File.WriteAllBytes(_folder["big.bin"], new byte[0x2000]);
        await Refused("overlap", "--runtime", "runtime", "--image", "0x1C0000=big.bin", "--image", "0x1C1000=app.bin");
    }

    [Fact]
    public async Task Flags_that_cannot_be_meant_are_refused_before_a_board_is_touched()
    {
        int before = _board.Machine.Faults.Commands;
        (await _cli.RunAsync("flash", "write", "--port", _board.Port)).ShouldRefuse(ExitCodes.AnswerMissing, "Nothing to write");
        (await _cli.RunAsync("flash", "write", "--image", "app.bin", "--port", _board.Port)).ShouldRefuse(ExitCodes.Usage, "ADDRESS=FILE");
        (await _cli.RunAsync("flash", "write", "--app", "app.bin", "--flash-size", "3", "--port", _board.Port)).ShouldRefuse(ExitCodes.Usage, "--flash-size 3");
        (await _cli.RunAsync("flash", "write", "--app", "app.bin", "--baud", "1", "--port", _board.Port)).ShouldRefuse(ExitCodes.Usage, "--baud 1");
        (await _cli.RunAsync("flash", "write", "--app", "app.bin", "--port", _board.Port, "--port", _board.Port)).ShouldRefuse(ExitCodes.Usage, "twice");
        (await _cli.RunAsync("flash", "read", "--region", "0x10", "--out", "x", "--port", _board.Port)).ShouldRefuse(ExitCodes.Usage, "ADDRESS+LENGTH");
        _board.Machine.Faults.Commands.ShouldBe(before);
    }

    [Fact]
    public async Task A_runtime_that_misses_a_file_is_refused_by_its_name()
    {
        File.Delete(_folder["runtime", "partitions_4mb.bin"]);
        await Refused("has no partitions_4mb.bin", "--runtime", "runtime");
        (await _cli.RunAsync("flash", "write", "--runtime", "nowhere", "--port", _board.Port)).ShouldRefuse(ExitCodes.ImageRefused, "nowhere");
        File.WriteAllText(_folder["runtime.zip"], "no archive");
        await Refused("is not a .zip archive", "--runtime", "runtime.zip");
    }

    [Fact]
    public void Slip_frames_survive_any_bytes_and_resume_after_garbage()
    {
        Random random = new(11);
        SlipReader reader = new();
        for (int round = 0; round < 200; round++)
        {
            byte[] packet = new byte[random.Next(1, 300)];
            random.NextBytes(packet);
            byte[] garbage = new byte[random.Next(40)];
            random.NextBytes(garbage);
            // Noise may open a frame; the end mark that begins ours closes it.
            List<byte[]> found = [];
            foreach (byte one in (byte[])[.. garbage.Where(one => one != 0xC0), .. Slip.Encode(packet)])
                if (reader.Take(one) is { } whole) found.Add(whole);
            found.ShouldHaveSingleItem().ShouldBe(packet);
        }
    }

    [Fact]
    public void Telnet_data_and_commands_are_told_apart_byte_by_byte()
    {
        TelnetReader reader = new();
        List<(byte, byte)> options = [];
        List<byte[]> inner = [];
        reader.OnOption = (verb, option) => options.Add((verb, option));
        reader.OnSubnegotiation = bytes => inner.Add([.. bytes]);
        byte[] stream = [1, 255, 255, 2, 255, 251, 44, 3, 255, 250, 44, 101, 0, 255, 255, 9, 255, 240, 4, 255, 241, 5];
        stream.Where(one => reader.Take(one)).ShouldBe([1, 255, 2, 3, 4, 5]);
        options.ShouldBe([((byte)251, (byte)44)]);
        inner.ShouldHaveSingleItem().ShouldBe([44, 101, 0, 255, 9]);
    }

    [Fact]
    public void Ports_are_described_from_sys()
    {
        // /sys/class/tty/ttyACM0 -> …/1-1:1.0/tty/ttyACM0, whose "device" is the USB interface below the USB device.
        string device = _folder["sys", "devices", "usb1", "1-1"], face = Path.Combine(device, "1-1:1.0"), tty = Path.Combine(face, "tty", "ttyACM0");
        Directory.CreateDirectory(tty);
        foreach ((string name, string text) in new[] { ("idVendor", "303a"), ("idProduct", "1001"), ("product", "USB JTAG/serial debug unit"), ("serial", "24:6F:28:AA:BB:CC") }) File.WriteAllText(Path.Combine(device, name), text + "\n");
        Directory.CreateSymbolicLink(Path.Combine(tty, "device"), face);
        Directory.CreateDirectory(_folder["sys", "class", "tty"]);
        Directory.CreateSymbolicLink(_folder["sys", "class", "tty", "ttyACM0"], tty);
        Directory.CreateDirectory(_folder["sys", "class", "tty", "tty0"]);
        SerialPortInfo port = SerialPorts.List(_folder["sys"]).ShouldHaveSingleItem();
        port.ShouldBe(new("/dev/ttyACM0", "USB JTAG/serial debug unit", "303a:1001", "24:6F:28:AA:BB:CC"));
        port.IsUsbJtag.ShouldBeTrue();
    }

    private async Task Refused(string words, params string[] args)
    {
        (await _cli.RunAsync(["flash", "write", .. args, "--port", _board.Port])).ShouldRefuse(ExitCodes.ImageRefused, words);
        _board.Machine.Flash.Writes.ShouldBe(0, "nothing may be erased before all is checked");
    }
}
