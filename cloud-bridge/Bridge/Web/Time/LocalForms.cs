using System.Globalization;
using Devices.Bridge.Store;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Web.Time;

/// <summary>
/// Dates, numbers and lists in the form of the reader's language: <c>26 Nov 2026</c> and <c>2026年11月26日</c>. For pages only; what
/// programs read has one form (ISO 8601) everywhere.
/// </summary>
public static class LocalForms
{
    private static readonly Forms English = new(
        CultureInfo.GetCultureInfo("en"), "d MMM uuuu", "d MMM", "dddd, d MMMM uuuu", "MMMM uuuu", ", ");
    private static readonly Forms Chinese = new(
        CultureInfo.GetCultureInfo("zh-Hans"), "uuuu'年'M'月'd'日'", "M'月'd'日'", "uuuu'年'M'月'd'日' dddd", "uuuu'年'M'月'", "、");

    private static Forms Now => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "zh" ? Chinese : English;

    /// <summary><c>26 Nov 2026</c>.</summary>
    public static string Day(LocalDate day) => Now.Day.Format(day);

    /// <summary><c>26 Nov</c>.</summary>
    public static string DayOfYear(LocalDate day) => Now.DayOfYear.Format(day);

    /// <summary><c>Thursday, 26 November 2026</c>.</summary>
    public static string LongDay(LocalDate day) => Now.LongDay.Format(day);

    /// <summary><c>November 2026</c>.</summary>
    public static string Month(YearMonth month) => Now.Month.Format(month.OnDayOfMonth(1));

    /// <summary><c>Thu</c>, <c>周四</c>.</summary>
    public static string Weekday(IsoDayOfWeek day) => Now.Culture.DateTimeFormat.AbbreviatedDayNames[(int)day % 7];

    /// <summary><c>Thursday</c>, <c>星期四</c>.</summary>
    public static string LongWeekday(IsoDayOfWeek day) => Now.Culture.DateTimeFormat.DayNames[(int)day % 7];

    /// <summary><c>12,345</c>.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>93.4%</c>; a dash where there is nothing to divide by. Never rounded up to 100 or down to 0.</summary>
    public static string Percent(long part, long whole)
    {
        if (whole <= 0) return "–";
        double tenths = Math.Round(1000.0 * part / whole);
        if (part < whole) tenths = Math.Min(tenths, 999);
        if (part > 0) tenths = Math.Max(tenths, 1);
        return (tenths / 10).ToString("0.#", CultureInfo.InvariantCulture) + "%";
    }

    /// <summary>Names one after the other: <c>a, b</c> and <c>a、b</c>.</summary>
    public static string List(IEnumerable<string> words) => string.Join(Now.Separator, words);

    /// <summary><c>7 h 05 min</c> is said by the pages' texts; this is <c>7:05</c>, which both languages read.</summary>
    public static string Hours(Duration time)
    {
        long minutes = (long)Math.Floor(time.TotalMinutes);
        return string.Create(CultureInfo.InvariantCulture, $"{minutes / 60}:{minutes % 60:00}");
    }

    /// <summary><c>1.2 GB</c>, counted in thousands as makers of disks do.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000_000 => (bytes / 1e9).ToString("0.#", CultureInfo.InvariantCulture) + " GB",
        >= 1_000_000 => (bytes / 1e6).ToString("0", CultureInfo.InvariantCulture) + " MB",
        _ => (bytes / 1e3).ToString("0", CultureInfo.InvariantCulture) + " kB",
    };

    /// <summary>The same order where the store puts names in it.</summary>
    public static NameOrder Order => ReferenceEquals(Now, Chinese) ? NameOrder.Chinese : NameOrder.English;

    /// <summary>How names are put in order: by pinyin in Chinese.</summary>
    public static StringComparer Names => StringComparer.Create(Now.Culture, ignoreCase: true);

    private sealed class Forms(CultureInfo culture, string day, string dayOfYear, string longDay, string month, string separator)
    {
        public CultureInfo Culture { get; } = culture;
        public string Separator { get; } = separator;
        public LocalDatePattern Day { get; } = LocalDatePattern.Create(day, culture);
        public LocalDatePattern DayOfYear { get; } = LocalDatePattern.Create(dayOfYear, culture);
        public LocalDatePattern LongDay { get; } = LocalDatePattern.Create(longDay, culture);
        public LocalDatePattern Month { get; } = LocalDatePattern.Create(month, culture);
    }
}
