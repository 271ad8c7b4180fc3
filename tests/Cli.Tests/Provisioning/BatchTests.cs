using System.Globalization;
using System.Text;
using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Provisioning.Batch;
using Devices.Cli.Provisioning.Bundles;
using Devices.Cli.Tests.Support;
using Devices.Cli.Tests.Wifi;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Cli.Tests.Provisioning;

/// <summary>A list of 50 boards at a desk: judged whole before anything begins, MCUs in parallel, gone on with after a fault.</summary>
public sealed class BatchTests : IAsyncDisposable
{
    private const string Passphrase = "correct horse battery staple";

    private readonly TempFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly FakeBridge _bridge;
    private readonly Support.Cli _cli;

    public BatchTests()
    {
        _bridge = new FakeBridge(_authority);
        _cli = new Support.Cli(_folder);
        _folder.Write("pass.txt", Passphrase + "\n");
        _folder.Write("wifi.txt", "correct horse\n");
    }

    private string Root => _bridge.Claim.Split('@')[1];

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Fifty_boards_get_bundles_and_labels_and_an_mcu_that_failed_is_all_that_the_next_run_does()
    {
        using FirmwareOnALine good = new(flash: _folder["good"]), bad = new(flash: _folder["bad"]);
        bad.Air.Clear();
        List(rows: Enumerable.Range(1, 50).Select(i => Row(i, mcu: i switch { 7 => good.Port, 8 => bad.Port, _ => "" })));

        Ran first = await Batch("--json");
        first.Code.ShouldBe(ExitCodes.NotAllProvisioned.Number, first.Output + first.Error);
        JsonElement[] boards = [.. first.Json.GetProperty("boards").EnumerateArray()];
        boards.Length.ShouldBe(50);
        boards.Where(one => one.GetProperty("result").GetString() == "failed").Select(one => (one.GetProperty("line").GetInt32(), one.GetProperty("code").GetInt32())).ShouldBe([(9, ExitCodes.WifiNotJoined.Number)]);
        good.Settings!.Terminal.ShouldBe("m2-007");
        bad.Settings.ShouldBeNull();
        (good.Settings.Host, good.Settings.Port, good.Saved).ShouldBe(("127.0.0.7", 1883, ("Shop 店", "correct horse")));
        for (int i = 1; i <= 50; i++)
        {
            string name = Name(i);
            File.GetUnixFileMode(_folder["out", name + ".bundle"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            if (i % 10 == 0) LabelTests.Decode(await File.ReadAllBytesAsync(_folder["out", name + ".png"], TestContext.Current.CancellationToken)).ShouldContain($"/terminals/{name}#serial=SN{i}");
        }

        (await File.ReadAllTextAsync(_folder["out", "labels.zpl"], TestContext.Current.CancellationToken)).Split("^XA").Length.ShouldBe(51);
        byte[] result = await File.ReadAllBytesAsync(_folder["out", "result.csv"], TestContext.Current.CancellationToken);
        result[..3].ShouldBe(Encoding.UTF8.GetPreamble());
        Encoding.UTF8.GetString(result).ShouldContain("m2-008,failed");

        // The MCU's password is in its bundle, and nowhere where anybody reads it.
        BundleContent inside = BundleSeal.Open(BundleSeal.Read(File.ReadAllBytes(_folder["out", "m2-007.bundle"])), Passphrase);
        inside.McuPassword.ShouldBe(good.Settings.Password);
        (inside.Answers.Terminal, inside.Answers.Site, inside.Answers.McuHost, inside.Answers.Roots!.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal)).ShouldBe(("m2-007", "上海总部", "127.0.0.7", true));
        foreach (string file in Directory.EnumerateFiles(_folder["out"]).Where(one => !one.EndsWith("batch.json", StringComparison.Ordinal)))
            (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldNotContain(inside.McuPassword!, Case.Sensitive, file);

        // Meanwhile the network is there. What was done is not done again: not the bundles, not the other MCU.
        DateTime written = File.GetLastWriteTimeUtc(_folder["out", "m2-001.bundle"]);
        bad.Air["Shop 店"] = "correct horse";
        (await Batch()).ShouldSucceed().Output.ShouldContain("50 boards: 50 ready, 0 failed");
        bad.Settings!.Terminal.ShouldBe("m2-008");
        File.GetLastWriteTimeUtc(_folder["out", "m2-001.bundle"]).ShouldBe(written);
    }

    [Fact]
    public async Task Every_fault_of_a_list_is_told_at_once_and_nothing_is_begun()
    {
        string claim = Claim(1);
        _folder.Write("boards.csv",
            $"""
            terminal,claim,time_zone,camera,language
            M2_1,{claim},Asia/Shanghai,none,en
            m2-2,nonsense,Asia/Shangai,none,en
            m2-3,{claim},,dev,fr
            m2-3,{Claim(3)},,,,
            """);
        Ran run = (await Batch()).ShouldRefuse(ExitCodes.ListRefused,
            "line 2: terminal 'M2_1'", "line 3: The claim has no '@'", "Did you mean Asia/Shanghai?", "line 4: camera 'dev'", "language 'fr'", "line 5: it has 6 fields, the header 5", "lines 4 and 5: the same terminal 'm2-3'", "lines 2 and 4: the same claim");
        run.Error.ShouldNotContain(claim.Split('@')[0]);
        Directory.Exists(_folder["out"]).ShouldBeFalse();
        _bridge.Received.ShouldBeEmpty();

        _folder.Write("boards.csv", "terminal,colour\nm2-1,red\n");
        (await Batch()).ShouldRefuse(ExitCodes.ListRefused, "no column 'colour'", "column 'claim' is missing");
        File.WriteAllBytes(_folder["boards.csv"], [.. "terminal,claim,site\n"u8, .. Encoding.Latin1.GetBytes("m2-1,x,Caf\u00e9\n")]);
        (await Batch()).ShouldRefuse(ExitCodes.ListRefused, "not UTF-8");
        List([Row(1, mcu: "").Replace("上海总部", new string('长', 90), StringComparison.Ordinal)]);
        (await Batch()).ShouldRefuse(ExitCodes.ListRefused, "line 2: The label");
    }

    [Fact]
    public void A_list_is_read_with_a_byte_order_mark_quotes_line_ends_of_windows_and_columns_in_any_order()
    {
        string claim = Claim(1);
        IReadOnlyList<BatchRow> rows = BatchList.Read([.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes($"Claim,Site,Terminal\r\n{claim},\"Hall \"\"A\"\", east\",m2-1\r\n\r\n")]);
        rows.ShouldHaveSingleItem().ShouldBe(new BatchRow(2, "m2-1", claim) { Site = "Hall \"A\", east" });
    }

    [Fact]
    public async Task A_bundle_opens_only_with_its_passphrase_on_its_board_in_its_time_and_unaltered()
    {
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        Directory.CreateDirectory(_folder["root", "proc", "device-tree"]);
        _folder.Write("root/proc/device-tree/serial-number", "1000-0001\0");
        Directory.CreateDirectory(_folder["root", "sys", "firmware", "devicetree", "base"]);
        _folder.Write("root/sys/firmware/devicetree/base/serial-number", "1000-0001\0");
        _cli.With = host => host with { Clock = clock, Root = _folder["root"] };
        string[] make = ["provision", "bundle", "--bridge", _bridge.Address, "--claim", _bridge.Claim, "--terminal", "m2-001", "--serial", "1000-0001", "--out", "a.bundle", "--passphrase-file", "pass.txt", "--hours", "24"];
        (await _cli.RunAsync(make)).ShouldSucceed();
        (await _cli.RunAsync(make)).ShouldRefuse(ExitCodes.Usage, "--overwrite");
        string sealedText = await File.ReadAllTextAsync(_folder["a.bundle"], TestContext.Current.CancellationToken);
        sealedText.ShouldNotContain("ABCDE");

        _folder.Write("wrong.txt", "correct horse battery stable\n");
        (await Provision("a.bundle", "wrong.txt")).ShouldRefuse(ExitCodes.BundleRefused, "passphrase does not open");
        _folder.Write("moved.bundle", sealedText.Replace("1000-0001", "1000-0002", StringComparison.Ordinal));
        (await Provision("moved.bundle", "pass.txt")).ShouldRefuse(ExitCodes.BundleRefused, "1000-0002", "1000-0001");
        _folder.Write("root/proc/device-tree/serial-number", "1000-0002\0");
        _folder.Write("root/sys/firmware/devicetree/base/serial-number", "1000-0002\0");
        (await Provision("moved.bundle", "pass.txt")).ShouldRefuse(ExitCodes.BundleRefused, "altered");
        _folder.Write("short.bundle", sealedText[..200]);
        (await Provision("short.bundle", "pass.txt")).ShouldRefuse(ExitCodes.BundleRefused, "damaged");
        clock.Advance(TimeSpan.FromHours(25));
        (await Provision("a.bundle", "pass.txt")).ShouldRefuse(ExitCodes.BundleRefused, "expired");
        Directory.Exists(_folder["state"]).ShouldBeFalse();

        Task<Ran> Provision(string bundle, string pass) => _cli.RunAsync("provision", "--bundle", bundle, "--passphrase-file", pass, "--state", "state");
    }

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"m2-{i:000}");

    private string Claim(int i) => string.Create(CultureInfo.InvariantCulture, $"ABCDE-{i:00000}@{Root}");

    private string Row(int i, string mcu) => $"{Name(i)},{Claim(i)},SN{i},上海总部,Door {i},Asia/Shanghai,none,zh-CN,{(mcu.Length > 0 ? "Shop 店" : "")},{mcu},127.0.0.{i},Ada";

    private void List(IEnumerable<string> rows) => _folder.Write("boards.csv", "terminal,claim,serial,site,place,time_zone,camera,language,ssid,mcu,mcu_host,contact\n" + string.Join('\n', rows) + "\n");

    private Task<Ran> Batch(params string[] more) =>
        _cli.RunAsync(["provision", "batch", "--csv", "boards.csv", "--bridge", _bridge.Address, "--out", "out", "--passphrase-file", "pass.txt", "--wifi-password-file", "wifi.txt", .. more]);
}
