using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace Devices.Bridge.Web.Access;

/// <summary>
/// Secrets that were just made (keys of programs, signing secrets, links of wall boards), in memory only, until the page that follows has
/// shown them once to whoever made them. What stands in the address of that page is a word that is worth nothing afterwards.
/// </summary>
public sealed class ShownOnce(TimeProvider clock)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(2);
    private readonly ConcurrentDictionary<string, (string By, string Secret, DateTimeOffset Until)> _made = new(StringComparer.Ordinal);

    /// <summary>Keeps a secret; returns the word under which it is shown.</summary>
    public string Put(string by, string secret)
    {
        foreach ((string old, (_, _, DateTimeOffset until)) in _made) if (until < clock.GetUtcNow()) _made.TryRemove(old, out _);
        string word = RandomNumberGenerator.GetInt32(int.MaxValue).ToString("x8", CultureInfo.InvariantCulture);
        _made[word] = (by, secret, clock.GetUtcNow() + Life);
        return word;
    }

    /// <summary>The secret, once, for whoever made it; else null.</summary>
    public string? Take(string? word, string by) =>
        word is not null && _made.TryGetValue(word, out (string By, string Secret, DateTimeOffset Until) made) && made.By == by && made.Until >= clock.GetUtcNow() && _made.TryRemove(word, out _)
            ? made.Secret : null;
}
