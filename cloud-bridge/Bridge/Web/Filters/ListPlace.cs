using System.Globalization;
using System.Text;

namespace Devices.Bridge.Web.Filters;

/// <summary>
/// The place in a list that goes on without counting: what the last row of the page before was, in the address as
/// <c>after=NUMBER.TEXT</c>. Somebody who types nonsense begins at the first page.
/// </summary>
public static class ListPlace
{
    /// <summary>Two numbers.</summary>
    public static (long First, long Second)? Numbers(IQueryCollection query, string name = "after")
    {
        ArgumentNullException.ThrowIfNull(query);
        return query[name].ToString().Split('.') is [var one, var two]
            && long.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out long first) && long.TryParse(two, NumberStyles.None, CultureInfo.InvariantCulture, out long second)
            ? (first, second) : null;
    }

    /// <summary>One number.</summary>
    public static long? Number(IQueryCollection query, string name = "after")
    {
        ArgumentNullException.ThrowIfNull(query);
        return long.TryParse(query[name].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
    }

    /// <summary>An address with these parts of a query; those without a value are left out.</summary>
    public static string Address(string path, params ReadOnlySpan<(string Name, string? Value)> parts)
    {
        StringBuilder text = new(path);
        char separator = '?';
        foreach (var (name, value) in parts)
        {
            if (string.IsNullOrEmpty(value)) continue;
            text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return text.ToString();
    }

    /// <summary>A number as the address has it.</summary>
    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
