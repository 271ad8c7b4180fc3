using System.Diagnostics.CodeAnalysis;

namespace Devices.Edge.Ledger.Tpm;

/// <summary>Where a board's TPM 2.0 is spoken to: the kernel's device with its resource manager, or the socket of a software TPM.</summary>
/// <param name="Path">A device node, or a Unix socket.</param>
/// <param name="IsSocket">A software TPM (<c>swtpm socket --server type=unixio,path=…</c>).</param>
public sealed record TpmAddress(string Path, bool IsSocket)
{
    /// <summary>The kernel's resource manager: several programs may use it at once, and what one leaves loaded is cleared away when it closes.</summary>
    public const string StandardDevice = "/dev/tpmrm0";

    private const string SocketPrefix = "unix:";

    public static TpmAddress Standard { get; } = new(StandardDevice, false);

    /// <summary><c>/dev/tpmrm0</c> or <c>unix:/path/of/a/socket</c>.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out TpmAddress? address)
    {
        address = text switch
        {
            null => null,
            _ when text.StartsWith(SocketPrefix, StringComparison.Ordinal) && text.Length > SocketPrefix.Length + 1 && text[SocketPrefix.Length] == '/' => new(text[SocketPrefix.Length..], true),
            _ when text.StartsWith("/dev/", StringComparison.Ordinal) && text.Length > 5 => new(text, false),
            _ => null,
        };
        return address is not null;
    }

    public override string ToString() => IsSocket ? SocketPrefix + Path : Path;
}
