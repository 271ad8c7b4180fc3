using System.Globalization;
using Devices.Cli.App;

namespace Devices.Cli.Provisioning;

/// <summary>A host and a port.</summary>
public sealed record Endpoint(string Host, int Port)
{
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>Reads <c>HOST</c>, <c>HOST:PORT</c> or <c>[v6]:PORT</c>.</summary>
    public static Endpoint Parse(string text, int defaultPort, string flag)
    {
        CliException Wrong(Exception? inner = null) => new(ExitCodes.Usage, string.Create(CultureInfo.InvariantCulture, $"{flag} '{text}' is not HOST:PORT."), inner: inner);
        try
        {
            if (text.Contains("://", StringComparison.Ordinal) || !Uri.TryCreate("tcp://" + text, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0 || uri.PathAndQuery is not ("/" or "") || uri.Port is 0 or > 65535) throw Wrong();
            return new Endpoint(uri.IdnHost, uri.Port < 0 ? defaultPort : uri.Port);
        }
        catch (UriFormatException fault)
        {
            // Letters that no name may have (IDNA) are found only here.
            throw Wrong(fault);
        }
    }
}
