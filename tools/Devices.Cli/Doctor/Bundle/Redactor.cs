using System.Text.RegularExpressions;
using Devices.Contract.Messages;

namespace Devices.Cli.Doctor.Bundle;

/// <summary>
/// The second net of the support bundle. The first is that only listed things go into it; this one looks through every text for what is known here to be
/// secret or to name somebody, and for what looks like a key.
/// </summary>
public sealed partial class Redactor
{
    private const string Gone = "[removed]";
    private readonly Regex? _known;

    /// <param name="known">Secrets, names, ids, cards. Whole words; what is shorter than three characters would make every text unreadable, and is not looked for.</param>
    public Redactor(IEnumerable<string> known)
    {
        string[] words = [.. known.Select(k => k.Trim()).Where(k => k.Length >= 3).Distinct(StringComparer.Ordinal).OrderByDescending(k => k.Length)];
        if (words.Length > 0) _known = new Regex($@"(?<![\p{{L}}\p{{N}}])(?:{string.Join('|', words.Select(Regex.Escape))})(?![\p{{L}}\p{{N}}])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(30));
    }

    /// <summary>How often something was taken out.</summary>
    public int Count { get; private set; }

    /// <param name="cards">Also what looks like a card's number; certificates have serials that do.</param>
    public string Clean(string text, bool cards)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = LogRules.WithoutSecrets(text);
        text = PrivateKey().Replace(text, Out);
        if (cards) text = Card().Replace(text, Out);
        return _known is null ? text : _known.Replace(text, Out);
    }

    private string Out(Match match)
    {
        Count++;
        return Gone;
    }

    // UIDs of ISO 14443 have 4, 7 or 10 bytes; at least one letter, so that a day or a size is none.
    [GeneratedRegex(@"(?<![0-9A-Za-z])(?=[0-9A-F]*[A-F])(?:[0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20})(?![0-9A-Za-z])")]
    private static partial Regex Card();

    [GeneratedRegex(@"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)", RegexOptions.Singleline)]
    private static partial Regex PrivateKey();
}
