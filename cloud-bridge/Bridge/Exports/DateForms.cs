using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Exports;

/// <summary>The forms in which dates are written: as text in CSV, as the format of a real date in a spreadsheet.</summary>
public sealed class DateForms
{
    public const string Iso = "iso";
    public const string Chinese = "cn";
    public const string Dots = "dots";
    public const string Slashes = "slashes";

    private static readonly LocalTimePattern Time = LocalTimePattern.CreateWithInvariantCulture("HH:mm:ss");

    private readonly LocalDatePattern _date;

    private DateForms(string name, string pattern, string excel) =>
        (Name, _date, ExcelDate) = (name, LocalDatePattern.CreateWithInvariantCulture(pattern), excel);

    /// <summary>Every form by name, the usual one first.</summary>
    public static IReadOnlyList<DateForms> All { get; } =
    [
        new(Iso, "uuuu-MM-dd", "yyyy\\-mm\\-dd"), new(Chinese, "uuuu'年'M'月'd'日'", "yyyy\"年\"m\"月\"d\"日\""),
        new(Dots, "dd.MM.uuuu", "dd\\.mm\\.yyyy"), new(Slashes, "MM/dd/uuuu", "mm\\/dd\\/yyyy"),
    ];

    public string Name { get; }

    /// <summary>A number format of spreadsheets.</summary>
    public string ExcelDate { get; }

    public string ExcelTime => "hh:mm:ss";

    public string ExcelDateTime => $"{ExcelDate} hh:mm:ss";

    /// <summary>The form of that name, or the usual one.</summary>
    public static DateForms Of(string? name) => All.FirstOrDefault(f => f.Name == name) ?? All[0];

    public string Text(LocalDate date) => _date.Format(date);

    public string Text(LocalTime time) => Time.Format(time);
}
