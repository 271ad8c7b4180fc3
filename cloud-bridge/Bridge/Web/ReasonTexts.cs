using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Microsoft.Extensions.Localization;

namespace Devices.Bridge.Web;

/// <summary>Turns a stored reason into the sentence a person reads: why a punch is not at the platform and what to do.</summary>
public sealed class ReasonTexts(IStringLocalizer<Texts> texts)
{
    /// <summary>The sentence in the reader's language, or null where there is none to say.</summary>
    public string? Of(StoredPunch punch)
    {
        ArgumentNullException.ThrowIfNull(punch);
        return Of(punch.ReasonCode, punch.Reason);
    }

    /// <summary>The sentence for a key; the stored text where the key is not known.</summary>
    public string? Of(string? code, string? detail)
    {
        if (code is null) return detail;
        LocalizedString text = texts[Sentence.Key(code)];
        return text.ResourceNotFound ? detail ?? code : text.Value;
    }

    /// <summary>The sentence in English, for the API.</summary>
    public static string? English(string? code, string? detail) =>
        code is null ? detail : Sentence.Of(code) is var sentence && sentence != code ? sentence : detail ?? code;

    /// <summary>The platform's own words beside the sentence; null where the stored text is only the sentence in English.</summary>
    public static string? Detail(StoredPunch punch)
    {
        ArgumentNullException.ThrowIfNull(punch);
        return punch.ReasonCode?.StartsWith("reason.", StringComparison.Ordinal) == true && punch.Reason is { Length: > 0 } detail ? detail : null;
    }
}
