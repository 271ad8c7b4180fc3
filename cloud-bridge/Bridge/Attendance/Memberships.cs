using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>Who belonged to which departments when. A day follows the membership at its beginning, so a move in the course of a day changes the next one.</summary>
/// <param name="steps">By person, in order of time: from when (ms since the Unix epoch) in which departments.</param>
/// <param name="parents">Department to the one above it, as it is now.</param>
public sealed class Memberships(IReadOnlyDictionary<string, IReadOnlyList<(long At, IReadOnlyList<long> Departments)>> steps, IReadOnlyDictionary<long, long?> parents)
{
    private static readonly IReadOnlySet<long> Nowhere = new HashSet<long>();

    public static Memberships None { get; } = new(new Dictionary<string, IReadOnlyList<(long, IReadOnlyList<long>)>>(), new Dictionary<long, long?>());

    /// <summary>What it holds, in short.</summary>
    public string Fingerprint => _fingerprint.Value;

    private readonly Lazy<string> _fingerprint = new(() => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n',
        [
            .. steps.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key}\t{string.Join(';', s.Value.Select(v => FormattableString.Invariant($"{v.At}:{string.Join(',', v.Departments)}")))}"),
            .. parents.OrderBy(p => p.Key).Select(p => FormattableString.Invariant($"{p.Key}<{p.Value}")),
        ]))))[..32]);

    /// <summary>The departments at a moment with all above them; for somebody first seen later, as then.</summary>
    public IReadOnlySet<long> Of(string? person, Instant at)
    {
        if (person is null || !steps.TryGetValue(person, out var own) || own.Count == 0) return Nowhere;
        long moment = at.ToUnixTimeMilliseconds();
        IReadOnlyList<long> departments = own[0].Departments;
        foreach (var (from, then) in own)
        {
            if (from > moment) break;
            departments = then;
        }

        HashSet<long> all = [];
        foreach (long department in departments)
        {
            // A loop in the data ends where it began.
            for (long? one = department; one is { } id && all.Add(id); one = parents.GetValueOrDefault(id)) { }
        }

        return all;
    }
}
