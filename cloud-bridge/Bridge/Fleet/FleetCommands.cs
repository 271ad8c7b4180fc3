using System.Globalization;
using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Contract.Punches;

namespace Devices.Bridge.Fleet;

/// <summary>The subcommands for the machine's operator. They open the store beside a running bridge.</summary>
public static class FleetCommands
{
    private const int MaxHours = 24 * 30;

    /// <summary><c>claim --data DIR [--terminal NAME] [--hours 24] [--json]</c>.</summary>
    /// <exception cref="BridgeStartException">A flag is wrong; the message says which.</exception>
    public static async Task<int> ClaimAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        CommandFlags flags = CommandFlags.Read("claim", args, ["data", "terminal", "hours"], ["json"]);
        string? terminal = flags.Value("terminal");
        if (terminal is not null && !PunchRules.IsTerminalName(terminal))
            throw new BridgeStartException($"--terminal '{terminal}' is no terminal name: use 1 to 32 of a-z, 0-9 and '-'.");
        if (!int.TryParse(flags.Value("hours") ?? "24", NumberStyles.None, CultureInfo.InvariantCulture, out int hours) || hours is < 1 or > MaxHours)
            throw new BridgeStartException($"--hours '{flags.Value("hours")}' must be a whole number from 1 to {MaxHours}.");
        BridgeOptions options = DataOf(flags);
        await using SqlDatabase database = StoreSetup.Open(options);
        using CertificateAuthority authority = CertificateAuthority.Open(options.CaDirectory, [], TimeProvider.System);

        string code = ClaimCode.Create();
        _ = ClaimCode.TryHash(code, out byte[] hash);
        DateTimeOffset expires = TimeProvider.System.GetUtcNow().AddHours(hours);
        await new SqlFleetStore(database, TimeProvider.System).AddClaimAsync(hash, terminal, expires.ToUnixTimeMilliseconds());
        await new SqlAuditStore(database, TimeProvider.System).AuditAsync("command line", "claim made", terminal, $"valid {hours} h");

        string claim = ClaimCode.WithRoot(code, authority.RootFingerprint);
        if (flags.Has("json"))
            await output.WriteLineAsync(JsonSerializer.Serialize(new
            {
                claim,
                code,
                root_sha256 = authority.RootFingerprint,
                terminal,
                expires_at = expires.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
                expires_at_ms = expires.ToUnixTimeMilliseconds(),
            }));
        else
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"Claim for {(terminal is null ? "one new terminal" : $"terminal {terminal}")}, to be used once until {expires:yyyy-MM-dd HH:mm} UTC:\n{claim}\nRoot certificate, SHA-256: {authority.RootFingerprint}"));
        return 0;
    }

    /// <summary><c>password --data DIR --user NAME [--json]</c>.</summary>
    /// <exception cref="BridgeStartException">A flag is wrong; the message says which.</exception>
    public static async Task<int> PasswordAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        CommandFlags flags = CommandFlags.Read("password", args, ["data", "user"], ["json"]);
        string user = flags.Value("user") ?? throw new BridgeStartException("Say whose password: --user hr.");
        BridgeOptions options = DataOf(flags);
        await using SqlDatabase database = StoreSetup.Open(options);
        SqlAccountStore accounts = new(database, TimeProvider.System);
        string password = Passwords.NewOneTime();
        // Only the first account may be made here; others come with their roles.
        if (!await accounts.SetPasswordAsync(user, Passwords.Hash(password), mustChange: true)
            && (user != FirstAccount.Name || !await accounts.AddAccountAsync(FirstAccount.With(password))))
            throw new BridgeStartException($"There is no account '{(user.Length > 64 ? user[..64] : user)}' in {options.Data}.");
        await new SqlAuditStore(database, TimeProvider.System).AuditAsync("command line", "one-time password made", user);
        await output.WriteLineAsync(flags.Has("json")
            ? JsonSerializer.Serialize(new { user, one_time_password = password })
            : $"{(user == FirstAccount.Name ? "HR" : user)} one-time password: {password}");
        return 0;
    }

    /// <summary>The store that a subcommand works on, beside a running bridge.</summary>
    internal static SqlDatabase Open(CommandFlags flags) => StoreSetup.Open(DataOf(flags));

    // A mistyped directory must not become a second, empty bridge with another root.
    internal static BridgeOptions DataOf(CommandFlags flags)
    {
        string data = flags.Value("data") ?? throw new BridgeStartException("Say which bridge: --data DIR, the directory given to it as Bridge:Data.");
        BridgeOptions options = new() { Data = Path.GetFullPath(data) };
        return StoreChoice.Known(options) ? StoreChoice.Recall(options)
            : throw new BridgeStartException($"{data} is not a bridge's data directory (it holds no bridge.db or store.json): check --data, or start the bridge on it once.");
    }
}
