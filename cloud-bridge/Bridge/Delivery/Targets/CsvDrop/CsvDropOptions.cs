namespace Devices.Bridge.Delivery.Targets.CsvDrop;

/// <summary>Files for a payroll or another reader: <c>Bridge:CsvDrop:*</c>. Without a directory there are none.</summary>
public sealed record CsvDropOptions : LaneOptions
{
    /// <summary>Where finished files appear. The reader takes <c>*.csv</c>; names that begin with a dot are unfinished and not its business.</summary>
    public string Directory { get; init; } = "";

    /// <summary>Minutes the first waiting punch waits at most for its file.</summary>
    public double PeriodMinutes { get; init; } = 15;

    /// <summary>Punches of a file at most; so many waiting make a file at once.</summary>
    public int RowsPerFile { get; init; } = 5000;

    /// <summary>Whether files begin with a byte order mark: Excel needs it to see UTF-8, some readers stumble over it.</summary>
    public bool ByteOrderMark { get; init; } = true;

    /// <summary>
    /// Whether text that a spreadsheet would run or change gets an apostrophe before it, which importers take off again. Off only for a
    /// reader that is surely no spreadsheet.
    /// </summary>
    public bool ForSpreadsheets { get; init; } = true;

    /// <summary>Whether names and job numbers are in it, beside the userid.</summary>
    public bool Names { get; init; } = true;

    /// <summary>What it gets of the past: <c>new</c>, <c>all</c>, or a first day.</summary>
    public string From { get; init; } = "new";

    public bool Enabled => !string.IsNullOrWhiteSpace(Directory);

    /// <summary>One sentence for the first value that cannot work, or null.</summary>
    public string? Check()
    {
        if (!Enabled) return null;
        if (!System.IO.Directory.Exists(Directory)) return $"Bridge:CsvDrop:Directory is {Directory}, which does not exist: make it, and let the bridge's user write there.";
        if (PeriodMinutes is not (>= 0.001 and <= 1440)) return "Bridge:CsvDrop:PeriodMinutes must be from 0.001 to 1440.";
        return RowsPerFile is >= 1 and <= 1_000_000 ? CheckLane("Bridge:CsvDrop") : "Bridge:CsvDrop:RowsPerFile must be from 1 to 1000000.";
    }
}
