using System.Security.Cryptography;

namespace Devices.Standins.DingTalk;

/// <summary>Which token call issued a token.</summary>
internal enum TokenOrigin
{
    OldHost,
    NewHost,
}

/// <summary>What a presented token is worth.</summary>
internal enum TokenVerdict
{
    Valid,
    Illegal,
    Expired,
}

/// <summary>
/// Access tokens of the one app. A request within the validity gives the same token and renews it; after expiry a
/// new one (server-api-calling-guide). Not thread-safe: the cloud's lock guards it.
/// </summary>
internal sealed class TokenBook
{
    private readonly Dictionary<string, (TokenOrigin Origin, DateTimeOffset Expires)> _tokens = new(StringComparer.Ordinal);

    public string Issue(StandinSettings settings, TokenOrigin origin, DateTimeOffset now)
    {
        var lasting = TimeSpan.FromSeconds(settings.TokenSeconds);
        foreach (var (token, (from, expires)) in _tokens)
        {
            if (expires > now && (from == origin || settings.TokensServeBothHosts))
            {
                _tokens[token] = (from, now + lasting);
                return token;
            }
        }

        var fresh = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _tokens[fresh] = (origin, now + lasting);
        return fresh;
    }

    public TokenVerdict Judge(string token, StandinSettings settings, TokenOrigin host, DateTimeOffset now)
    {
        if (!_tokens.TryGetValue(token, out var known) || (known.Origin != host && !settings.TokensServeBothHosts))
        {
            return TokenVerdict.Illegal;
        }

        return known.Expires > now ? TokenVerdict.Valid : TokenVerdict.Expired;
    }

    /// <summary>Ends every token's validity; they stay known, so a use of one is "expired" and not "illegal".</summary>
    public void ExpireAll()
    {
        foreach (var token in _tokens.Keys.ToArray())
        {
            _tokens[token] = (_tokens[token].Origin, DateTimeOffset.MinValue);
        }
    }

    public void Clear() => _tokens.Clear();
}
