namespace Devices.Bridge.Store;

/// <summary>What an account may be called.</summary>
public static class AccountNames
{
    private const int MaxLength = 64;

    /// <summary>1 to 64 of <c>a-z A-Z 0-9 . _ @ -</c>, beginning with a letter or digit; not <c>new</c>, which is an address of the pages, nor the names under which the bridge itself writes in the audit log.</summary>
    public static bool IsName(string? name) => name is { Length: >= 1 and <= MaxLength } && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '@' or '-') && name is not ("new" or "bridge" or "unknown");
}
