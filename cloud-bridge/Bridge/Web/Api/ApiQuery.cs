using System.Globalization;

namespace Devices.Bridge.Web.Api;

/// <summary>Reads what an address for programs was asked with.</summary>
internal static class ApiQuery
{
    public const int Most = 1000;
    private const int Usual = 200;

    public const string LimitSentence = "'limit' must be a whole number from 1 to 1000.";

    public static bool TryNumber(HttpContext context, string name, long least, long most, long otherwise, out long value)
    {
        string text = context.Request.Query[name].ToString();
        value = otherwise;
        return text.Length == 0 || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most);
    }

    public static bool TryLimit(HttpContext context, out int limit)
    {
        bool good = TryNumber(context, "limit", 1, Most, Usual, out long value);
        limit = (int)value;
        return good;
    }

    /// <summary>A person's id as cursor: empty where there is none.</summary>
    public static bool TryText(HttpContext context, string name, out string value)
    {
        value = context.Request.Query[name].ToString();
        return context.Request.Query[name].Count <= 1 && value.Length <= 100;
    }
}
