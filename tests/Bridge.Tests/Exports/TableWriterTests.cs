using System.Globalization;
using System.Text;
using Devices.Bridge.Exports;
using NodaTime;

namespace Devices.Bridge.Tests.Exports;

public sealed class TableWriterTests
{
    private static readonly ExportColumn[] Columns =
    [
        new("id", "Employee ID", CellKind.Id, 16), new("name", "姓名", CellKind.Text, 16), new("date", "Date", CellKind.Date, 12), new("time", "Time", CellKind.Time, 10),
        new("moment", "Stored", CellKind.Moment, 20), new("n", "Number", CellKind.Whole, 10), new("score", "Score", CellKind.Number, 10),
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Hostile() =>
    [
        "007", "1234567890123456789", "=HYPERLINK(\"http://evil.example\")", "+1", "-1", "@SUM(A1)", "\tTab", "\rReturn", "Line\r\nbreak", "＝1+1", "张三 😀", "a\"b,c;d", "'x", "_x0041_", "_x005F_x0041_", "\u0001", "\uD800", " padded ", "1E5", "3-4", "TRUE", "<a>&amp;",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Text_opens_again_as_it_was_and_nothing_is_run_as_a_formula(string text)
    {
        using MemoryStream file = new();
        await new XlsxTable(new()).WriteAsync(Table([[text, text, null, null, null, null, null]]), file, Quiet, Stop);
        file.Position = 0;
        ReadCell?[] row = XlsxReading.Read(file)[1];

        string shown = text.Replace('\u0001', '\uFFFD').Replace('\uD800', '\uFFFD');
        row[0].ShouldBe(new ReadCell(shown, true, false, "@"));
        row[1].ShouldBe(new ReadCell(shown, true, false, "@"));
    }

    // espoon-voltti/evaka PR#2806, glebovpavel/IR_to_MSExcel#13: timestamps as numbers, cells of 1970 or 00:00.
    [Fact]
    public async Task Evaka_2806_and_IR_to_MSExcel_13_dates_and_times_are_real_ones_of_the_wall_clock()
    {
        // A day on which Berlin's clocks go back: 02:30 comes twice.
        DateTimeZone berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];
        Instant first = Instant.FromUtc(2026, 10, 25, 0, 30, 59), second = first + Duration.FromHours(1);
        object?[][] rows = [.. new[] { first, second, Instant.FromUtc(2026, 3, 29, 1, 0, 0), Instant.FromUtc(1999, 12, 31, 23, 0, 0) }.Select(i => i.InZone(berlin)).Select(z =>
            (object?[])["1", "x", z.Date, z.TimeOfDay, z.ToOffsetDateTime(), 1L, 0.71])];
        using MemoryStream file = new();
        await new XlsxTable(new() { DateFormat = DateForms.Chinese }).WriteAsync(Table(rows), file, Quiet, Stop);
        file.Position = 0;
        List<ReadCell?[]> read = XlsxReading.Read(file);

        read.Skip(1).Select(r => (Date(r[2]!), Time(r[3]!), Moment(r[4]!))).ShouldBe(
        [
            ("2026-10-25", "02:30:59", "2026-10-25 02:30:59"), ("2026-10-25", "02:30:59", "2026-10-25 02:30:59"), ("2026-03-29", "03:00:00", "2026-03-29 03:00:00"), ("2000-01-01", "00:00:00", "2000-01-01 00:00:00"),
        ]);
        (read[1][2]!.Format, read[1][3]!.Format, read[1][4]!.Format).ShouldBe(("yyyy\"年\"m\"月\"d\"日\"", "hh:mm:ss", "yyyy\"年\"m\"月\"d\"日\" hh:mm:ss"));
        read.Skip(1).ShouldAllBe(r => !r[2]!.IsText && !r[3]!.IsText && !r[4]!.IsText && !r[5]!.IsText);
        // In CSV the offset tells the two half-hours apart.
        string csv = await CsvAsync(new(), rows);
        csv.ShouldContain("2026-10-25T02:30:59+02:00");
        csv.ShouldContain("2026-10-25T02:30:59+01:00");
        file.Position = 0;
        XlsxReading.Frozen(file).ShouldBeTrue();
    }

    // heliorventures/hrms-documentation#68: id and punch columns wrong in the export.
    [Fact]
    public async Task Hrms_documentation_68_the_golden_file()
    {
        object?[][] rows =
        [
            ["0042", "=1+1", new LocalDate(2026, 3, 2), new LocalTime(8, 31, 2), new OffsetDateTime(new LocalDateTime(2026, 3, 2, 8, 31, 5), Offset.FromHours(8)), 7L, 0.71],
            ["张三", "Ada \"The Countess\", L;", new LocalDate(2026, 12, 31), LocalTime.Midnight, null, -1L, null],
            ["+86", "two\r\nlines", null, null, null, null, 0.0],
        ];

        (await CsvAsync(new(), rows)).ShouldBe(
            "\uFEFFEmployee ID,姓名,Date,Time,Stored,Number,Score\r\n'0042,'=1+1,2026-03-02,08:31:02,2026-03-02T08:31:05+08:00,7,0.7100\r\n"
            + "张三,\"Ada \"\"The Countess\"\", L;\",2026-12-31,00:00:00,,-1,\r\n'+86,\"two\r\nlines\",,,,,0.0000\r\n");
        (await CsvAsync(new() { Mark = false, Semicolon = true, DateFormat = DateForms.Dots }, rows)).ShouldBe(
            "Employee ID;姓名;Date;Time;Stored;Number;Score\r\n'0042;'=1+1;02.03.2026;08:31:02;2026-03-02T08:31:05+08:00;7;0.7100\r\n"
            + "张三;\"Ada \"\"The Countess\"\", L;\";31.12.2026;00:00:00;;-1;\r\n'+86;\"two\r\nlines\";;;;;0.0000\r\n");
    }

    [Fact]
    public async Task A_hundred_thousand_rows_are_written_in_memory_that_does_not_grow_with_them()
    {
        string folder = Directory.CreateTempSubdirectory("exports-").FullName;
        try
        {
            long peak = 0, before = GC.GetTotalMemory(forceFullCollection: true);
            string path = Path.Combine(folder, "large.xlsx");
            await using (FileStream file = File.Create(path))
            {
                long rows = await new XlsxTable(new()).WriteAsync(new("Punches", Columns, ManyAsync(100_000)), file, (done, _) =>
                {
                    if (done % 10_000 == 0) peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true) - before);
                    return Task.CompletedTask;
                }, Stop);
                rows.ShouldBe(100_000);
            }

            peak.ShouldBeLessThan(32 * 1024 * 1024, "what is alive while it is written; the file itself unpacks to ten times that");
            using FileStream read = File.OpenRead(path);
            using var document = DocumentFormat.OpenXml.Packaging.SpreadsheetDocument.Open(read, isEditable: false);
            using var reader = DocumentFormat.OpenXml.OpenXmlReader.Create(document.WorkbookPart!.WorksheetParts.Single());
            int count = 0;
            while (reader.Read()) if (reader.ElementType == typeof(DocumentFormat.OpenXml.Spreadsheet.Row) && reader.IsStartElement) count++;
            count.ShouldBe(100_001);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async IAsyncEnumerable<object?[]> ManyAsync(int count)
    {
        OffsetDateTime at = new(new LocalDateTime(2026, 3, 2, 8, 31, 5), Offset.FromHours(8));
        for (int i = 0; i < count; i++)
        {
            if (i % 1000 == 0) await Task.Yield();
            yield return [i.ToString("000000", CultureInfo.InvariantCulture), $"员工 {i}", at.Date, at.TimeOfDay, at, (long)i, 0.71];
        }
    }

    private static async Task<string> CsvAsync(ExportLayout layout, object?[][] rows)
    {
        using MemoryStream file = new();
        await new CsvTable(layout).WriteAsync(Table(rows), file, Quiet, Stop);
        return new UTF8Encoding(false).GetString(file.ToArray());
    }

    private static ExportTable Table(object?[][] rows) => new("Punches / 打卡: all*", Columns, rows.ToAsyncEnumerable());

    private static Task Quiet(long rows, CancellationToken stop) => Task.CompletedTask;

    private static DateTime When(ReadCell cell) => DateTime.FromOADate(double.Parse(cell.Text, CultureInfo.InvariantCulture));

    private static string Date(ReadCell cell) => When(cell).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Time(ReadCell cell) => DateTime.UnixEpoch.AddDays(double.Parse(cell.Text, CultureInfo.InvariantCulture)).AddMilliseconds(1).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Moment(ReadCell cell) => When(cell).AddMilliseconds(1).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
