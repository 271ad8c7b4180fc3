using System.Globalization;
using System.Text;
using Devices.Bridge.Delivery.Targets.CsvDrop;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Contract.Punches;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Bridge.Tests.Targets;

/// <summary>Files appear whole, once, and stay as they are.</summary>
public sealed class CsvDropTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 26, 8, 0, 0, TimeSpan.Zero));
    private readonly TargetBench _bench = new();
    private readonly LedgerMaker _ledger = new();
    private readonly string _drop;

    public CsvDropTests()
    {
        _drop = Directory.CreateDirectory(Path.Combine(_bench.Folder, "drop")).FullName;
        _bench.Set($"--Bridge:CsvDrop:Directory={_drop}", "--Bridge:CsvDrop:RowsPerFile=3", "--Bridge:CsvDrop:PeriodMinutes=15");
        _bench.Configure = b => b.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_time));
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private CsvDropService Service => _bench.Get<CsvDropService>();
    private ICsvDropStore Store => _bench.Get<ICsvDropStore>();
    private string[] Files => [.. Directory.GetFiles(_drop).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    /// <summary>Stores punches and hands them to the target, as the outbox does.</summary>
    private async Task TakeAsync(params string[] people)
    {
        long at = DateTimeOffset.Parse("2026-11-26T00:31:05.9Z", CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
        Punch[] punches = [.. people.Select((p, i) => _ledger.Next(p, at + (i * 60_000)) with { Direction = PunchDirection.None })];
        await _bench.Get<IPunchStore>().AppendAsync(_ledger.Batch(punches));
        List<StoredPunch> stored = [];
        foreach (Punch punch in punches) stored.Add((await _bench.Get<IPunchStore>().FindAsync(SiteScope.All, new(punch.Terminal, punch.Ledger, punch.Seq)))!);
        await _bench.Get<CsvDropTarget>().SendAsync([.. stored.Select(s => new Bridge.Delivery.OutgoingPunch(s, "m2-001", 1))], TestContext.Current.CancellationToken);
    }

    private Task<int> StepAsync() => Service.StepAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_file_is_made_of_so_many_rows_at_once_and_of_fewer_after_the_period()
    {
        await TakeAsync("ada", "grace", "alan", "kay");
        (await StepAsync()).ShouldBe(1);
        Files.ShouldBe(["punches-0000000001-0000000003.csv"]);
        (await StepAsync()).ShouldBe(0);
        _time.Advance(TimeSpan.FromMinutes(15));
        (await StepAsync()).ShouldBe(1);
        Files.ShouldBe(["punches-0000000001-0000000003.csv", "punches-0000000004-0000000004.csv"]);
        (await StepAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_contents_are_rfc_4180_with_a_mark_local_time_and_no_formula()
    {
        await _bench.Get<IPeopleStore>().ReconcileAsync([], [new("007", "=HYPERLINK(\"http://x\")", "0042", true, []), new("grace", "Hopper, Grace \"Amazing\"", "E5", true, [])]);
        await TakeAsync("007", "grace", "@cmd");
        await StepAsync();
        byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(_drop, Files[0]), TestContext.Current.CancellationToken);
        bytes[..3].ShouldBe(Encoding.UTF8.GetPreamble());
        string ledger = _ledger.Ledger.ToString();
        Encoding.UTF8.GetString(bytes[3..]).ShouldBe(
            "person,job_number,name,date,time,at,time_zone,direction,method,clock,uncertainty_ms,terminal,ledger,seq\r\n"
            + $"'007,'0042,\"'=HYPERLINK(\"\"http://x\"\")\",2026-11-26,08:31:05,2026-11-26T08:31:05+08:00,Asia/Shanghai,,card,synced,0,m2-001,{ledger},1\r\n"
            + $"grace,E5,\"Hopper, Grace \"\"Amazing\"\"\",2026-11-26,08:32:05,2026-11-26T08:32:05+08:00,Asia/Shanghai,,card,synced,0,m2-001,{ledger},2\r\n"
            + $"'@cmd,,,2026-11-26,08:33:05,2026-11-26T08:33:05+08:00,Asia/Shanghai,,card,synced,0,m2-001,{ledger},3\r\n");
    }

    [Fact]
    public async Task For_a_program_there_is_neither_mark_nor_apostrophe_nor_name_where_the_settings_say_so()
    {
        _bench.Set("--Bridge:CsvDrop:ByteOrderMark=false", "--Bridge:CsvDrop:ForSpreadsheets=false", "--Bridge:CsvDrop:Names=false");
        await TakeAsync("007", "@cmd", "x");
        await StepAsync();
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(_drop, Files[0]), TestContext.Current.CancellationToken);
        lines[0].ShouldStartWith("person,date");
        lines[1].ShouldStartWith("007,2026");
        lines[2].ShouldStartWith("@cmd,2026");
    }

    [Fact]
    public async Task A_punch_that_the_outbox_hands_over_twice_is_in_one_file()
    {
        await TakeAsync("ada", "grace");
        IReadOnlyList<StoredPunch> rows = await _bench.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 10);
        await Store.TakeAsync([.. rows.Select(r => r.Id)]);
        _time.Advance(TimeSpan.FromMinutes(15));
        await StepAsync();
        await Store.TakeAsync([.. rows.Select(r => r.Id)]);
        _time.Advance(TimeSpan.FromMinutes(15));
        await StepAsync();
        Files.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Killed_before_the_bytes_were_whole_the_same_file_is_made_from_the_start()
    {
        await TakeAsync("ada", "grace", "alan");
        await Store.PlanAsync(3, CsvFile.Name);
        await File.WriteAllTextAsync(Path.Combine(_drop, ".punches-0000000001-0000000003.csv.part"), "half a ro", TestContext.Current.CancellationToken);
        await TakeAsync("kay");
        await StepAsync();
        Files.ShouldBe(["punches-0000000001-0000000003.csv"]);
        (await File.ReadAllLinesAsync(Path.Combine(_drop, Files[0]), TestContext.Current.CancellationToken)).Length.ShouldBe(4);
    }

    [Fact]
    public async Task Killed_between_writing_and_renaming_the_file_is_put_in_place_as_it_was_written()
    {
        await TakeAsync("ada", "grace", "alan");
        CsvFileRow file = (await Store.PlanAsync(3, CsvFile.Name))!;
        await File.WriteAllTextAsync(Path.Combine(_drop, $".{file.Name}.part"), "as written", TestContext.Current.CancellationToken);
        await Store.MarkAsync(file.Id, CsvFileState.Written, "00");
        await StepAsync();
        (await File.ReadAllTextAsync(Path.Combine(_drop, file.Name), TestContext.Current.CancellationToken)).ShouldBe("as written");
        Files.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Killed_after_the_rename_the_file_is_not_made_again_also_where_the_reader_has_taken_it(bool taken)
    {
        await TakeAsync("ada", "grace", "alan");
        CsvFileRow file = (await Store.PlanAsync(3, CsvFile.Name))!;
        await Store.MarkAsync(file.Id, CsvFileState.Written, "00");
        if (!taken) await File.WriteAllTextAsync(Path.Combine(_drop, file.Name), "in place", TestContext.Current.CancellationToken);
        await StepAsync();
        Files.Length.ShouldBe(taken ? 0 : 1);
        (await Store.FilesAsync(10)).ShouldHaveSingleItem().State.ShouldBe(CsvFileState.Placed);
        IReadOnlyList<ExceptionRow> reported = await _bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10);
        reported.Select(e => e.Code).ShouldBe(taken ? ["reason.csv_taken"] : [], "that the reader has it is likely, and a person may look");
    }

    [Fact]
    public async Task Somebody_elses_file_of_the_name_is_never_overwritten()
    {
        await TakeAsync("ada", "grace", "alan");
        string other = Path.Combine(_drop, "punches-0000000001-0000000003.csv");
        await File.WriteAllTextAsync(other, "not ours", TestContext.Current.CancellationToken);
        (await Should.ThrowAsync<IOException>(StepAsync)).Message.ShouldContain("Does another bridge write into the same directory?");
        (await File.ReadAllTextAsync(other, TestContext.Current.CancellationToken)).ShouldBe("not ours");
        File.Delete(other);
        (await StepAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_file_is_dropped_again_under_another_name()
    {
        await TakeAsync("ada", "grace", "alan");
        await StepAsync();
        string name = Files[0];
        File.Delete(Path.Combine(_drop, name));
        (await Store.PlanAgainAsync(name, copies => CsvFile.NameAgain(name, copies)))!.Name.ShouldBe("punches-0000000001-0000000003-again1.csv");
        await StepAsync();
        Files.ShouldBe(["punches-0000000001-0000000003-again1.csv"]);
        (await File.ReadAllLinesAsync(Path.Combine(_drop, Files[0]), TestContext.Current.CancellationToken)).Length.ShouldBe(4);
        string again = Files[0];
        (await Store.PlanAgainAsync(again, copies => CsvFile.NameAgain(again, copies)))!.Name.ShouldBe("punches-0000000001-0000000003-again2.csv");
        (await Store.PlanAgainAsync("other.csv", copies => "x")).ShouldBeNull();
    }

    [Fact]
    public async Task A_directory_that_takes_nothing_is_reported_and_the_punches_wait()
    {
        await TakeAsync("ada", "grace", "alan");
        string away = _drop + "-away";
        Directory.Move(_drop, away);
        await Should.ThrowAsync<IOException>(StepAsync);
        Directory.Move(away, _drop);
        (await StepAsync()).ShouldBe(1);
        Files.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("Directory=/nowhere/drop", "which does not exist")]
    [InlineData("RowsPerFile=0", "RowsPerFile must be")]
    [InlineData("PeriodMinutes=0", "PeriodMinutes must be")]
    [InlineData("PollSeconds=0", "Bridge:CsvDrop:PollSeconds must be")]
    public void A_setting_that_cannot_work_is_one_sentence(string setting, string sentence)
    {
        _bench.Set($"--Bridge:CsvDrop:{setting}");
        Should.Throw<BridgeStartException>(_bench.Build).Message.ShouldContain(sentence);
    }
}
