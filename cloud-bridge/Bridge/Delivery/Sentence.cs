using System.Globalization;
using System.Resources;

namespace Devices.Bridge.Delivery;

/// <summary>The English sentence of a reason, for logs and the API; the pages say it in the reader's language from the same resources.</summary>
public static class Sentence
{
    private static readonly ResourceManager Resources = new("Devices.Bridge.Web.Texts", typeof(Sentence).Assembly);

    /// <summary>Key of a stored reason code: codes of other parts (<c>clock-held</c>) carry no prefix.</summary>
    public static string Key(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return code.StartsWith("reason.", StringComparison.Ordinal) ? code : $"reason.{code}";
    }

    /// <summary>The sentence in a language of the pages (<c>en</c>, <c>zh-Hans</c>); null where there is none.</summary>
    public static string? In(string code, string language) =>
        Resources.GetString(Key(code), language == "en" ? CultureInfo.InvariantCulture : CultureInfo.GetCultureInfo(language));

    /// <summary>The sentence; the code itself where there is none.</summary>
    public static string Of(string code) => Resources.GetString(Key(code), CultureInfo.InvariantCulture) ?? code;
}
