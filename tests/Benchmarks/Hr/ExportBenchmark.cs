using System.Diagnostics;
using System.Globalization;
using Devices.Bridge.Exports;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using NodaTime;

namespace Devices.Benchmarks.Hr;

/// <summary>100,000 rows of nine columns as XLSX and CSV, against the streaming writer of the Open XML SDK, in turns.</summary>
internal static class ExportBenchmark
{
    private static readonly ExportColumn[] Columns =
    [
        new("employee_id", "Employee ID", CellKind.Id, 16), new("employee", "Employee", CellKind.Text, 18), new("department", "Department", CellKind.Text, 24), new("date", "Date", CellKind.Date, 12),
        new("time", "Time", CellKind.Time, 10), new("at", "Recorded", CellKind.Moment, 20), new("terminal", "Terminal", CellKind.Text, 16), new("count", "Count", CellKind.Whole, 10), new("score", "Score", CellKind.Number, 10),
    ];

    public static int Run(string[] args)
    {
        int rows = args is ["--rows", var text, ..] ? int.Parse(text, CultureInfo.InvariantCulture) : 100_000;
        List<double>[] took = [[], [], []];
        long[] bytes = new long[3];
        for (int turn = -1; turn < 7; turn++)
        {
            Func<Stream, Task>[] ways = [file => new XlsxTable(new()).WriteAsync(Table(rows), file, (_, _) => Task.CompletedTask, default), file => PeerAsync(rows, file), file => new CsvTable(new()).WriteAsync(Table(rows), file, (_, _) => Task.CompletedTask, default)];
            for (int way = 0; way < ways.Length; way++)
            {
                string path = Path.GetTempFileName();
                Stopwatch watch = Stopwatch.StartNew();
                using (FileStream file = new(path, FileMode.Create, FileAccess.ReadWrite))
                {
                    ways[way](file).GetAwaiter().GetResult();
                    bytes[way] = file.Length;
                }

                if (turn >= 0) took[way].Add(watch.Elapsed.TotalMilliseconds);
                File.Delete(path);
            }
        }

        Console.WriteLine($"{rows.ToString("N0", CultureInfo.InvariantCulture)} rows of {Columns.Length} columns, medians of {took[0].Count} turns\n\n| writer | ms | ours / peer | MiB |\n| --- | ---: | ---: | ---: |");
        string[] names = ["XLSX (XlsxTable)", "XLSX (Open XML SDK, streaming)", "CSV (CsvTable)"];
        double peer = took[1].Order().ElementAt(took[1].Count / 2);
        for (int way = 0; way < names.Length; way++)
        {
            double median = took[way].Order().ElementAt(took[way].Count / 2);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {names[way]} | {median:0} | {(way == 1 ? "" : (median / peer).ToString("0.00", CultureInfo.InvariantCulture))} | {bytes[way] / 1048576.0:0.0} |"));
        }

        return 0;
    }

    private static ExportTable Table(int rows) => new("Punches", Columns, RowsAsync(rows));

    private static async IAsyncEnumerable<object?[]> RowsAsync(int rows)
    {
        for (int i = 0; i < rows; i++)
        {
            if (i % 1000 == 0) await Task.Yield();
            yield return Row(i);
        }
    }

    private static object?[] Row(int i)
    {
        OffsetDateTime at = new(new LocalDateTime(2026, 3, 2, 8, 0, 0).PlusSeconds(i), Offset.FromHours(8));
        return [i.ToString("000000", CultureInfo.InvariantCulture), $"员工 {i}", "Department 42, 车间 7", at.Date, at.TimeOfDay, at, $"m2-{i % 60:000}", (long)i, 0.5 + (i % 1000 / 2000.0)];
    }

    // The same cells: text inline, dates as numbers with a style.
    private static async Task PeerAsync(int rows, Stream file)
    {
        using SpreadsheetDocument book = SpreadsheetDocument.Create(file, SpreadsheetDocumentType.Workbook);
        WorkbookPart workbook = book.AddWorkbookPart();
        WorksheetPart part = workbook.AddNewPart<WorksheetPart>();
        using (OpenXmlWriter writer = OpenXmlWriter.Create(part))
        {
            writer.WriteStartElement(new Worksheet());
            writer.WriteStartElement(new SheetData());
            await foreach (object?[] row in RowsAsync(rows))
            {
                writer.WriteStartElement(new Row());
                foreach (object? value in row)
                {
                    Cell cell = value switch
                    {
                        LocalDate date => Number((date - new LocalDate(1899, 12, 30)).Days),
                        LocalTime time => Number(time.TickOfDay / (double)NodaConstants.TicksPerDay),
                        OffsetDateTime moment => Number((moment.Date - new LocalDate(1899, 12, 30)).Days + (moment.TickOfDay / (double)NodaConstants.TicksPerDay)),
                        long or double => Number(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
                        _ => new Cell(new InlineString(new Text((string)value!))) { DataType = CellValues.InlineString },
                    };
                    writer.WriteElement(cell);
                }

                writer.WriteEndElement();
            }

            writer.WriteEndElement();
            writer.WriteEndElement();
        }

        workbook.Workbook = new Workbook(new Sheets(new Sheet { Id = workbook.GetIdOfPart(part), SheetId = 1, Name = "Punches" }));

        static Cell Number(double value) => new() { CellValue = new CellValue(value) };
    }
}
