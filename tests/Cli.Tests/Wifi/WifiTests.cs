using Devices.Cli.App;
using Devices.Cli.Tests.Support;
using Devices.Cli.Wifi;

namespace Devices.Cli.Tests.Wifi;

/// <summary><c>devices wifi</c> against the firmware's own Improv session over a pseudo-terminal.</summary>
public sealed class WifiTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;

    public WifiTests()
    {
        _cli = new Support.Cli(_folder);
        _folder.Write("right.txt", "correct horse\n");
        _folder.Write("wrong.txt", "wrong\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_board_is_given_its_network_and_keeps_it()
    {
        using FirmwareOnALine board = new();
        Ran ran = await _cli.RunAsync("wifi", "join", "--port", board.Port, "--ssid", "Shop 店", "--password-file", "right.txt", "--json");
        ran.ShouldSucceed().Json.GetProperty("device").GetProperty("name").GetString().ShouldBe("m2-001");
        board.Saved.ShouldBe(("Shop 店", "correct horse"));
        ran.Output.ShouldNotContain("correct horse");

        (await _cli.RunAsync("wifi", "state", "--port", board.Port)).ShouldSucceed().Output.ShouldContain("m2-001: Devices.Terminal 0.4.0 on ESP32-S3, has joined a network");
        (await _cli.RunAsync("wifi", "join", "--port", board.Port, "--ssid", "Other", "--password-file", "right.txt")).ShouldRefuse(ExitCodes.WifiAlready, "already");
        board.Saved.ShouldBe(("Shop 店", "correct horse"));
        (await _cli.RunAsync("wifi", "join", "--port", board.Port, "--ssid", "Shop 店", "--password-file", "right.txt", "--replace")).ShouldSucceed();
    }

    [Fact]
    public async Task A_wrong_password_is_told_in_the_boards_own_words_and_nothing_is_kept()
    {
        using FirmwareOnALine board = new();
        (await _cli.RunAsync("wifi", "join", "--port", board.Port, "--ssid", "Shop 店", "--password-file", "wrong.txt"))
            .ShouldRefuse(ExitCodes.WifiNotJoined, "could not join 'Shop 店'", "reason 15", "wrong password");
        (await _cli.RunAsync("wifi", "join", "--port", board.Port, "--ssid", "Nowhere", "--password-file", "wrong.txt"))
            .ShouldRefuse(ExitCodes.WifiNotJoined, "reason 201", "2.4 GHz only");
        board.Saved.ShouldBeNull();
    }

    [Fact]
    public async Task Networks_are_listed_once_each_strongest_first()
    {
        using FirmwareOnALine board = new();
        Ran ran = await _cli.RunAsync("wifi", "scan", "--port", board.Port, "--json");
        ran.ShouldSucceed().Json.GetProperty("networks").EnumerateArray().Select(one => (one.GetProperty("ssid").GetString(), one.GetProperty("rssi").GetInt32(), one.GetProperty("secured").GetBoolean()))
            .ShouldBe([("Shop 店", -55, true), ("Guests", -60, false), ("Weak", -88, true)]);
    }

    // esphome#18323, esp-web-tools#646 and #289: a silent board never answers, and the technician watched a spinner.
    [Fact]
    public async Task Esphome_18323_a_board_that_is_silent_from_the_start_or_dies_while_joining_ends_in_a_sentence()
    {
        using FirmwareOnALine silent = new() { Dead = true };
        (await _cli.RunAsync("wifi", "state", "--port", silent.Port)).ShouldRefuse(ExitCodes.ImprovSilent, "does not answer");
        using FirmwareOnALine dies = new() { DiesOnJoin = true };
        // The board has 45 s for a join; nobody wants to wait for them here.
        _cli.With = host => host with { Clock = new QuickClock() };
        (await _cli.RunAsync("wifi", "join", "--port", dies.Port, "--ssid", "Shop 店", "--password-file", "right.txt")).ShouldRefuse(ExitCodes.ImprovSilent);
    }

    [Fact]
    public async Task Stopping_while_the_board_joins_is_heard()
    {
        using FirmwareOnALine board = new() { RadioHangs = true };
        using CancellationTokenSource stop = new();
        Task<Ran> run = _cli.RunAsync(stop.Token, "wifi", "join", "--port", board.Port, "--ssid", "Shop 店", "--password-file", "right.txt");
        await Flash.FlashWriteTests.Eventually(() => board.State == Devices.Terminal.Parts.WifiJoin.Joining);
        await stop.CancelAsync();
        (await run).ShouldRefuse(ExitCodes.Interrupted);
        (await _cli.RunAsync("wifi", "state", "--port", board.Port)).ShouldRefuse(ExitCodes.WifiBusy, "joining");
    }

    [Fact]
    public async Task Input_that_no_network_takes_is_refused_before_the_board_is_asked()
    {
        using FirmwareOnALine board = new();
        (await _cli.RunAsync("wifi", "join", "--port", board.Port, "--ssid", new string('店', 11), "--password-file", "right.txt")).ShouldRefuse(ExitCodes.Usage, "33 bytes");
        (await _cli.RunAsync("wifi", "join", "--port", board.Port, "--ssid", "", "--password-file", "right.txt")).ShouldRefuse(ExitCodes.Usage, "--ssid is empty");
        (await _cli.RunAsync("wifi", "join", "--port", board.Port, "--ssid", "Shop", "--password-file", "none.txt")).ShouldRefuse(ExitCodes.Usage, "none.txt");
        (await _cli.RunAsync("wifi", "join", "--port", board.Port, "--ssid", "Shop")).ShouldRefuse(ExitCodes.AnswerMissing, "password");
        _folder.Write("long.txt", new string('x', 65));
        (await _cli.RunAsync("wifi", "join", "--port", board.Port, "--ssid", "Shop", "--password-file", "long.txt")).ShouldRefuse(ExitCodes.Usage, "65 bytes");
        (await _cli.RunAsync("wifi", "state", "--port", "/dev/ttyACM99")).ShouldRefuse(ExitCodes.SerialMissing, "/dev/ttyACM99");
    }

    [Fact]
    public void Packets_are_found_between_log_lines_and_a_damaged_one_is_passed_over()
    {
        // The well-known request "current state", byte for byte.
        ImprovPackets.Request(2, []).ShouldBe(Convert.FromHexString("494D50524F56010302020" + "0E50A"));
        ImprovPackets reader = new();
        byte[] damaged = [.. "IMPROV"u8, 1, 1, 1, 4, 0x00, (byte)'\n'];
        byte[] sound = [.. "IMPROV"u8, 1, 1, 1, 4, 0xE4, (byte)'\n'];
        sound[10] = (byte)sound.Take(10).Sum(one => one);
        List<(byte Type, byte[] Data)> found = [];
        foreach (byte one in (byte[])[.. "IMPRESSIVE log\n"u8, .. damaged, .. "more IMIMPROV"u8[..7], .. sound])
            if (reader.Take(one) is { } packet) found.Add(packet);
        found.ShouldHaveSingleItem().Data.ShouldBe([4]);
        reader.Log.ShouldContain("IMPRESSIVE log");
    }

    private sealed class QuickClock : TimeProvider
    {
        public override long GetTimestamp() => base.GetTimestamp() * 8;
    }
}
