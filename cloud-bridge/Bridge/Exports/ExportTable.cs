namespace Devices.Bridge.Exports;

/// <summary>What a column holds, which decides how a cell is written.</summary>
public enum CellKind
{
    /// <summary>Words, from wherever they come.</summary>
    Text,

    /// <summary>An identifier: text whatever it looks like, with all its zeros and digits.</summary>
    Id,

    /// <summary>A <see cref="NodaTime.LocalDate"/>.</summary>
    Date,

    /// <summary>A <see cref="NodaTime.LocalTime"/>.</summary>
    Time,

    /// <summary>A <see cref="NodaTime.OffsetDateTime"/>: in CSV with its offset, in a spreadsheet the wall clock.</summary>
    Moment,

    /// <summary>A <see cref="long"/> or <see cref="int"/>.</summary>
    Whole,

    /// <summary>A <see cref="double"/>, to four decimals.</summary>
    Number,
}

/// <param name="Name">As templates name it.</param>
/// <param name="Header">In the words of the layout.</param>
/// <param name="Width">Of a spreadsheet's column, in characters.</param>
public sealed record ExportColumn(string Name, string Header, CellKind Kind, double Width);

/// <summary>A table to be written, row by row: nothing holds more than a row of it.</summary>
/// <param name="Title">Of the sheet.</param>
/// <param name="Rows">Values as <see cref="CellKind"/> says; null is an empty cell.</param>
public sealed record ExportTable(string Title, IReadOnlyList<ExportColumn> Columns, IAsyncEnumerable<object?[]> Rows);
