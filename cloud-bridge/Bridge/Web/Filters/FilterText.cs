using System.Globalization;

namespace Devices.Bridge.Web.Filters;

/// <summary>Reading single values of an address. Never throws.</summary>
internal static class FilterText
{
    private const int Longest = 100;

    /// <summary>Trimmed and cut to what anybody types; null where there is none.</summary>
    public static string? Read(IQueryCollection query, string name) =>
        query[name].ToString().Trim() is { Length: > 0 } value ? value.Length > Longest ? value[..Longest] : value : null;

    /// <summary>The name of a value. A number would parse too, and mean nothing to the person who reads the address.</summary>
    public static bool Choice<T>(string text, out T value)
        where T : struct, Enum
    {
        value = default;
        return char.IsAsciiLetter(text[0]) && Enum.TryParse(text, ignoreCase: true, out value) && Enum.IsDefined(value);
    }

    /// <summary>The page, from 1.</summary>
    public static int Page(IQueryCollection query, List<FilterProblem> problems)
    {
        if (Read(query, "page") is not { } text) return 1;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int page) && page is >= 1 and <= 1_000_000) return page;
        problems.Add(new("filter.bad_page", text));
        return 1;
    }
}
