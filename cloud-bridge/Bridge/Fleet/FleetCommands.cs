using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Fleet;

/// <summary>The subcommands for the machine's operator. They open the store beside a running bridge.</summary>
public static class FleetCommands
{
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
