using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Tests.Support;
using Devices.Standins.EspRom;

namespace Devices.Cli.Tests.Flash;

/// <summary><c>devices flash</c> against a stand-in that speaks the ROM loader's protocol over a pseudo-terminal or RFC 2217.</summary>
public sealed class FlashWriteTests : IDisposable
{
    private const int Deploy = 0x1B0000;

    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;
    private readonly byte[] _app = Images.Random(100_000, 7);

    public FlashWriteTests()
    {
        _cli = new Support.Cli(_folder);
        File.WriteAllBytes(_folder["app.bin"], _app);
    }

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, int, int> Chips => new() { { "esp32", 0, 0x1000 }, { "esp32s3", 9, 0 }, { "esp32c3", 5, 0 } };

    [Theory]
    [MemberData(nameof(Chips))]
    public async Task Runtime_and_program_of_each_chip_are_written_where_they_belong_and_proved(string chip, int id, int bootloader)
    {
        using PlayedBoard board = PlayedBoard.OnPseudoTerminal(RomChip.Named(chip));
        string runtime = Images.Runtime(_folder["runtime"], id);

        Ran ran = await _cli.RunAsync("flash", "write", "--runtime", runtime, "--app", "app.bin", "--port", board.Port, "--json");

        JsonElement one = ran.ShouldSucceed().Json.GetProperty("boards")[0];
        one.GetProperty("mac").GetString().ShouldBe("24:6f:28:aa:bb:cc");
        one.GetProperty("baud").GetInt32().ShouldBe(460_800);
        one.GetProperty("flash_bytes").GetInt64().ShouldBe(4 << 20);
        one.GetProperty("retries").GetInt32().ShouldBe(0);
        ShouldHold(board, bootloader, Path.Combine(runtime, "bootloader.bin"));
        ShouldHold(board, 0x8000, Path.Combine(runtime, "partitions_4mb.bin"));
        ShouldHold(board, 0x10000, Path.Combine(runtime, "nanoCLR.bin"));
        ShouldHold(board, Deploy, _folder["app.bin"]);
        await Eventually(() => board.Machine.Starts == 1);
    }

    [Fact]
    public async Task A_board_with_wires_is_reset_into_its_loader_over_the_network_and_started_afterwards()
    {
        using PlayedBoard board = PlayedBoard.OnNetwork(RomChip.Esp32S3);
        board.Machine.InLoader.ShouldBeFalse();

        Ran ran = await _cli.RunAsync("flash", "write", "--runtime", Images.Runtime(_folder["runtime"], 9, zip: true), "--app", "app.bin", "--port", board.Port);

        ran.ShouldSucceed().Output.ShouldContain("bytes in flash and verified (0 were there already)");
        ShouldHold(board, Deploy, _folder["app.bin"]);
        await Eventually(() => board.Machine.Starts == 2 && !board.Machine.InLoader);
    }

    [Fact]
    public async Task A_second_run_writes_nothing_that_is_there()
    {
        using PlayedBoard board = PlayedBoard.OnNetwork(RomChip.Esp32S3);
        string runtime = Images.Runtime(_folder["runtime"], 9);
        (await _cli.RunAsync("flash", "write", "--runtime", runtime, "--app", "app.bin", "--port", board.Port)).ShouldSucceed();
        long writes = board.Machine.Flash.Writes;

        Ran again = await _cli.RunAsync("flash", "write", "--runtime", runtime, "--app", "app.bin", "--port", board.Port, "--json");

        JsonElement one = again.ShouldSucceed().Json.GetProperty("boards")[0];
        one.GetProperty("bytes_written").GetInt64().ShouldBe(0);
        board.Machine.Flash.Writes.ShouldBe(writes);
    }

    [Fact]
    public async Task A_run_that_was_stopped_goes_on_where_it_was_and_ends_with_every_byte()
    {
        using PlayedBoard board = PlayedBoard.OnPseudoTerminal(RomChip.Esp32S3, faults: new() { SlowMilliseconds = 2 });
        string runtime = Images.Runtime(_folder["runtime"], 9);
        using CancellationTokenSource stop = new();
        Task<Ran> first = _cli.RunAsync(stop.Token, "flash", "write", "--runtime", runtime, "--app", "app.bin", "--port", board.Port);
        await Eventually(() => board.Machine.Flash.Writes > 60);
        await stop.CancelAsync();
        (await first).ShouldRefuse(ExitCodes.Interrupted);

        Ran second = await _cli.RunAsync("flash", "write", "--runtime", runtime, "--app", "app.bin", "--port", board.Port, "--json");

        second.ShouldSucceed().Json.GetProperty("boards")[0].GetProperty("bytes_skipped").GetInt64().ShouldBeGreaterThan(0);
        ShouldHold(board, 0x10000, Path.Combine(runtime, "nanoCLR.bin"));
        ShouldHold(board, Deploy, _folder["app.bin"]);
    }

    [Fact]
    public async Task Several_boards_are_flashed_at_once_and_one_bad_board_does_not_spoil_the_others()
    {
        using PlayedBoard good = PlayedBoard.OnNetwork(RomChip.Esp32S3);
        using PlayedBoard also = PlayedBoard.OnPseudoTerminal(RomChip.Esp32S3);
        using PlayedBoard other = PlayedBoard.OnNetwork(RomChip.Esp32);
        string runtime = Images.Runtime(_folder["runtime"], 9);

        Ran ran = await _cli.RunAsync("flash", "write", "--runtime", runtime, "--app", "app.bin", "--port", good.Port, "--port", other.Port, "--port", also.Port, "--json");

        ran.Code.ShouldBe(ExitCodes.NotAllBoards.Number, ran.Output);
        JsonElement[] boards = [.. ran.Json.GetProperty("boards").EnumerateArray()];
        boards.Select(one => one.GetProperty("ok").GetBoolean()).ShouldBe([true, false, true]);
        boards[1].GetProperty("error").GetProperty("name").GetString().ShouldBe("image-refused");
        boards[1].GetProperty("error").GetProperty("message").GetString()!.ShouldContain("is for an ESP32-S3; this board has an ESP32");
        other.Machine.Flash.Writes.ShouldBe(0);
        ShouldHold(good, Deploy, _folder["app.bin"]);
        ShouldHold(also, Deploy, _folder["app.bin"]);
    }

    [Fact]
    public async Task A_program_alone_goes_into_the_deployment_partition_of_the_table_that_the_board_has()
    {
        using PlayedBoard board = PlayedBoard.OnPseudoTerminal(RomChip.Esp32C3);
        board.Machine.Flash.Preset(0x8000, Images.Table(("factory", 0, 0, 0x10000, 0x100000), ("deploy", 1, 0x84, 0x200000, 0x100000)));
        (await _cli.RunAsync("flash", "write", "--app", "app.bin", "--port", board.Port)).ShouldSucceed();
        ShouldHold(board, 0x200000, _folder["app.bin"]);
    }

    [Fact]
    public async Task Reading_verifying_erasing_and_asking_work_and_are_proved()
    {
        using PlayedBoard board = PlayedBoard.OnNetwork(RomChip.Esp32S3);
        board.Machine.Flash.Preset(0x8000, Images.Table());
        board.Machine.Flash.Preset(Deploy, _app);

        (await _cli.RunAsync("flash", "verify", "--app", "app.bin", "--port", board.Port)).ShouldSucceed();
        (await _cli.RunAsync("flash", "info", "--port", board.Port)).ShouldSucceed().Output.ShouldContain("ESP32-S3, MAC 24:6f:28:aa:bb:cc, flash 4 MiB, open");
        (await _cli.RunAsync("flash", "read", "--region", $"0x{Deploy:X}+1000", "--out", "copy.bin", "--port", board.Port)).ShouldSucceed();
        File.ReadAllBytes(_folder["copy.bin"]).ShouldBe(_app[..1000]);
        File.GetUnixFileMode(_folder["copy.bin"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await _cli.RunAsync("flash", "erase", "--region", $"0x{Deploy:X}+0x1000", "--yes", "--port", board.Port)).ShouldSucceed();
        board.Machine.Flash.Copy(Deploy, 0x1000).ShouldAllBe(one => one == 0xFF);
        board.Machine.Flash.Copy(Deploy + 0x1000, 16).ShouldBe(_app[0x1000..0x1010]);
        (await _cli.RunAsync("flash", "verify", "--app", "app.bin", "--port", board.Port)).ShouldRefuse(ExitCodes.FlashDiffers, "app.bin", "0x1B0000");
        (await _cli.RunAsync("flash", "erase", "--port", board.Port)).ShouldRefuse(ExitCodes.AnswerMissing, "waiting punches");
    }

    private static void ShouldHold(PlayedBoard board, int address, string file)
    {
        byte[] wanted = File.ReadAllBytes(file);
        board.Machine.Flash.Copy(address, wanted.Length).AsSpan().SequenceEqual(wanted).ShouldBeTrue($"{file} at 0x{address:X}");
    }

    internal static async Task Eventually(Func<bool> condition)
    {
        DateTime until = DateTime.UtcNow.AddSeconds(60);
        while (!condition())
        {
            (DateTime.UtcNow < until).ShouldBeTrue("the condition did not come true within 60 s");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
