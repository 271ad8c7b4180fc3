using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Tests.Support;
using Devices.Standins.EspRom;

namespace Devices.Cli.Tests.Flash;

/// <summary>Lost bytes, wrong checksums, resets, slow and missing answers, bad wires, worn flash: either every byte is right in the end, or it is said.</summary>
public sealed class FlashFaultTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;

    public FlashFaultTests()
    {
        _cli = new Support.Cli(_folder);
        File.WriteAllBytes(_folder["app.bin"], Images.Random(70_000, 9));
    }

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Faults => ["lost on the way in", "lost on the way out", "bits turned", "answers missing", "slow"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Every_byte_is_right_in_the_end_although_the_line_is_bad(string what)
    {
        RomFaultPlan faults = what switch
        {
            "lost on the way in" => new(3) { LoseIn = 1.0 / 30_000 },
            "lost on the way out" => new(4) { LoseOut = 1.0 / 1_000 },
            "bits turned" => new(5) { FlipIn = 1.0 / 30_000 },
            "answers missing" => new() { MuteAnswer = { 20, 31, 45 } },
            _ => new() { SlowMilliseconds = 20 },
        };
        using PlayedBoard board = PlayedBoard.OnNetwork(RomChip.Esp32S3, faults: faults);
        board.Machine.Flash.Preset(0x8000, Images.Table());

        Ran ran = await _cli.RunAsync("flash", "write", "--app", "app.bin", "--port", board.Port, "--json");

        ran.ShouldSucceed();
        if (what != "slow") faults.Played.ShouldBeGreaterThan(0, "the fault was played at all");
        board.Machine.Flash.Copy(0x1B0000, 70_000).ShouldBe(File.ReadAllBytes(_folder["app.bin"]));
    }

    [Fact]
    public async Task A_chip_that_restarts_in_the_middle_is_taken_back_into_its_loader_and_finished()
    {
        RomFaultPlan faults = new() { ResetAfter = { 85, 130 } };
        using PlayedBoard board = PlayedBoard.OnNetwork(RomChip.Esp32, faults: faults);
        board.Machine.Flash.Preset(0x8000, Images.Table());

        JsonElement one = (await _cli.RunAsync("flash", "write", "--app", "app.bin", "--port", board.Port, "--json")).ShouldSucceed().Json.GetProperty("boards")[0];

        faults.Played.ShouldBe(2);
        one.GetProperty("retries").GetInt32().ShouldBe(2);
        one.GetProperty("baud").GetInt32().ShouldBe(115_200, "after a loss the rest goes at the safe speed");
        board.Machine.Flash.Copy(0x1B0000, 70_000).ShouldBe(File.ReadAllBytes(_folder["app.bin"]));
    }

    [Fact]
    public async Task A_wire_that_does_not_carry_the_speed_is_used_at_the_first_one()
    {
        using PlayedBoard board = PlayedBoard.OnNetwork(RomChip.Esp32S3, faults: new() { MaxBaud = 115_200 });
        board.Machine.Flash.Preset(0x8000, Images.Table());
        JsonElement one = (await _cli.RunAsync("flash", "write", "--app", "app.bin", "--baud", "921600", "--port", board.Port, "--json")).ShouldSucceed().Json.GetProperty("boards")[0];
        one.GetProperty("baud").GetInt32().ShouldBe(115_200);
        board.Machine.Flash.Copy(0x1B0000, 70_000).ShouldBe(File.ReadAllBytes(_folder["app.bin"]));
    }

    [Fact]
    public async Task Flash_that_does_not_keep_what_is_written_is_said_and_never_passes()
    {
        using PlayedBoard board = PlayedBoard.OnNetwork(RomChip.Esp32S3);
        board.Machine.Flash.Preset(0x8000, Images.Table());
        board.Machine.Flash.WornSector = 0x1B3000 / 0x1000;
        (await _cli.RunAsync("flash", "write", "--app", "app.bin", "--port", board.Port)).ShouldRefuse(ExitCodes.FlashFailed, "0x1B0000", "what reads back is not what was written");
    }

    [Fact]
    public async Task A_connection_that_breaks_is_said_and_the_next_run_ends_it()
    {
        using PlayedBoard board = PlayedBoard.OnNetwork(RomChip.Esp32S3, faults: new() { SlowMilliseconds = 3 });
        board.Machine.Flash.Preset(0x8000, Images.Table());
        Task<Ran> run = _cli.RunAsync("flash", "write", "--app", "app.bin", "--port", board.Port);
        await FlashWriteTests.Eventually(() => board.Machine.Flash.Writes > 10);
        board.DropConnection();
        (await run).ShouldRefuse(ExitCodes.SerialLost, "again");
        (await _cli.RunAsync("flash", "write", "--app", "app.bin", "--port", board.Port)).ShouldSucceed();
        board.Machine.Flash.Copy(0x1B0000, 70_000).ShouldBe(File.ReadAllBytes(_folder["app.bin"]));
    }
}
