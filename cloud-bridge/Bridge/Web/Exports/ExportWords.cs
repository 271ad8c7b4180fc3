using System.Globalization;
using System.Resources;
using Devices.Bridge.Delivery;
using Devices.Bridge.Store;

namespace Devices.Bridge.Web.Exports;

/// <summary>The pages' texts in a file's language, which need not be that of the request; a file made at night has no request.</summary>
public sealed class ExportWords(string culture)
{
    private static readonly ResourceManager Resources = new(typeof(Texts));

    private readonly CultureInfo _culture = Texts.Cultures.Contains(culture) && culture != Texts.Cultures[0] ? CultureInfo.GetCultureInfo(culture) : CultureInfo.InvariantCulture;

    public string this[string key] => Resources.GetString(key, _culture) ?? key;

    public string Of(string key, params object[] values) => string.Format(_culture, this[key], values);

    /// <summary>As <see cref="ReasonTexts.Of(StoredPunch)"/>.</summary>
    public string? Reason(StoredPunch punch)
    {
        ArgumentNullException.ThrowIfNull(punch);
        return punch.ReasonCode is null ? punch.Reason : Resources.GetString(Sentence.Key(punch.ReasonCode), _culture) ?? punch.Reason ?? punch.ReasonCode;
    }
}
