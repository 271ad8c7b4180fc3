namespace Devices.Contract.Messages;

/// <summary>
/// <c>trust</c>, down, QoS 1: every root that may vouch for the bridge, all of them each time; sent where the terminal says that it has others. The
/// terminal believes a root that it does not have only where one that it has signed the same key (<see cref="Vouchers"/>), so the link alone
/// brings it none. It answers with <see cref="TrustApplied"/>.
/// </summary>
public sealed record TrustMessage
{
    /// <summary>Root certificates, DER as base64; at most <see cref="TrustRules.MaxRoots"/>.</summary>
    public required IReadOnlyList<string> Roots { get; init; }

    /// <summary>Newer roots' keys signed by older roots, DER as base64.</summary>
    public IReadOnlyList<string> Vouchers { get; init => field = value ?? []; } = [];

    /// <summary>The root that signs now, SHA-256 of its DER, 64 hex digits: a terminal whose certificate is of another one renews it.</summary>
    public required string Issuing { get; init; }
}

/// <summary>Which roots the terminal trusts.</summary>
public sealed record TrustApplied
{
    /// <summary>SHA-256 of each root's DER, 64 lower-case hex digits.</summary>
    public required IReadOnlyList<string> Roots { get; init; }

    /// <summary>Why the last message was not taken whole, in a sentence; null where it was.</summary>
    public string? Problem { get; init; }
}

/// <summary>What both ends hold of roots.</summary>
public static class TrustRules
{
    public const int MaxRoots = 8;

    private const int MaxText = 4096;

    /// <summary>One sentence on what is wrong; null where nothing is.</summary>
    public static string? Check(TrustMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Roots.Count is 0 or > MaxRoots || message.Vouchers.Count > MaxRoots ? $"A trust message has 1 to {MaxRoots} roots and at most {MaxRoots} vouchers."
            : message.Roots.Concat(message.Vouchers).Any(one => one is null || one.Length is 0 or > MaxText) ? $"A certificate has 1 to {MaxText} characters of base64."
            : IsFingerprint(message.Issuing) ? null : "issuing is not 64 lower-case hex digits.";
    }

    /// <summary>One sentence on what is wrong; null where nothing is.</summary>
    public static string? Check(TrustApplied applied)
    {
        ArgumentNullException.ThrowIfNull(applied);
        return applied.Roots.Count > MaxRoots || !applied.Roots.All(IsFingerprint) || applied.Problem?.Length > 500 ? $"An applied trust has at most {MaxRoots} fingerprints of 64 lower-case hex digits and a problem of at most 500 characters." : null;
    }

    private static bool IsFingerprint(string? text) => text is { Length: 64 } && text.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'f');
}
