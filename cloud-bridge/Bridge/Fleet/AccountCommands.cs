using System.Globalization;
using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Fleet;

/// <summary><c>account …</c>: who may log in, for whoever has the machine: nobody can be locked out of the pages for good.</summary>
public static class AccountCommands
{
    private const string Actor = "command line";

    /// <exception cref="BridgeStartException">A word or flag is wrong; the message says which.</exception>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        string word = args.FirstOrDefault() ?? "";
        (string[] valued, string[] switches) = word switch
        {
            "list" => ((string[])["data"], (string[])["json"]),
            "add" => (["data", "user", "roles", "sites", "email"], ["json"]),
            "rights" => (["data", "user", "roles", "sites", "email"], []),
            "password" => (["data", "user"], ["json"]),
            "disable" or "enable" or "second-reset" or "end-sessions" => (["data", "user"], []),
            _ => throw new BridgeStartException("Say what: account list, add, rights, password, disable, enable, second-reset or end-sessions, each with --data DIR."),
        };
        if (word == "password") return await FleetCommands.PasswordAsync(args[1..], output);
        CommandFlags flags = CommandFlags.Read($"account {word}", args[1..], valued, switches);
        await using SqlDatabase database = FleetCommands.Open(flags);
        SqlAccountStore accounts = new(database, TimeProvider.System);
        if (word == "list") return await ListAsync(accounts, flags, output);
        string user = flags.Value("user") ?? throw new BridgeStartException("Say whose account: --user NAME.");
        SqlAuditStore audit = new(database, TimeProvider.System);
        switch (word)
        {
            case "add":
                string password = Passwords.NewOneTime();
                if (!AccountNames.IsName(user)) throw new BridgeStartException("--user must be 1 to 64 letters, digits, '.', '_', '@' or '-', and begin with a letter or digit.");
                if (Roles(flags).Contains(AccountRoles.Admin) && !Sites(flags).Everything) throw AdminEverywhere();
                NewAccount made = new(user, Passwords.Hash(password), Roles(flags), Sites(flags), flags.Value("email"));
                if (!await accounts.AddAccountAsync(made)) throw new BridgeStartException($"There is an account '{user}' already: 'account rights' changes it.");
                await audit.AuditAsync(Actor, "account.add", user, $"{string.Join(' ', made.Roles)}; {made.Scope}");
                await output.WriteLineAsync(flags.Has("json") ? JsonSerializer.Serialize(new { user, one_time_password = password }) : $"{user} one-time password: {password}");
                return 0;
            case "rights":
                Account before = await FindAsync(accounts, user);
                IReadOnlyList<string> roles = flags.Has("roles") ? Roles(flags) : before.Roles;
                SiteScope scope = flags.Has("sites") ? Sites(flags) : before.Scope;
                if (roles.Contains(AccountRoles.Admin) && !scope.Everything) throw AdminEverywhere();
                Refuse(await accounts.SetRightsAsync(user, roles, scope, flags.Value("email") ?? before.Email), user);
                await audit.AuditAsync(Actor, "account.rights", user, $"{string.Join(' ', before.Roles)}; {before.Scope} → {string.Join(' ', roles)}; {scope}");
                await output.WriteLineAsync($"{user} is {string.Join(", ", roles)} of {scope} now.");
                return 0;
            case "disable" or "enable":
                Refuse(await accounts.SetDisabledAsync(user, word == "disable"), user);
                await audit.AuditAsync(Actor, $"account.{word}", user);
                await output.WriteLineAsync($"{user} is {word}d.");
                return 0;
            case "second-reset":
                if (!await new SqlFactorStore(database, TimeProvider.System).ClearTotpAsync(user)) Refuse(AccountChange.Unknown, user);
                await audit.AuditAsync(Actor, "account.second", user, "reset");
                await output.WriteLineAsync($"{user} logs in without a second factor now, and sets up a new one where the role asks for it.");
                return 0;
            default:
                int ended = await new SqlSessionStore(database, TimeProvider.System).EndSessionsAsync((await FindAsync(accounts, user)).Name, null, Actor);
                await audit.AuditAsync(Actor, "session.end", user, $"{ended} ended");
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{ended} sessions of {user} ended."));
                return 0;
        }
    }

    private static async Task<int> ListAsync(SqlAccountStore accounts, CommandFlags flags, TextWriter output)
    {
        foreach (Account one in await accounts.AccountsAsync())
            await output.WriteLineAsync(flags.Has("json")
                ? JsonSerializer.Serialize(new { user = one.Name, roles = one.Roles, every_site = one.Scope.Everything, sites = one.Scope.Sites, second_factor = one.TotpSince is not null, disabled = one.Disabled })
                : $"{one.Name,-24}  {string.Join(' ', one.Roles),-36}  {one.Scope}{(one.TotpSince is null ? "" : "  second factor")}{(one.Disabled ? "  disabled" : "")}");
        return 0;
    }

    private static async Task<Account> FindAsync(SqlAccountStore accounts, string user) => await accounts.FindAccountAsync(user) ?? throw Unknown(user);

    private static void Refuse(AccountChange change, string user)
    {
        if (change == AccountChange.Unknown) throw Unknown(user);
        if (change == AccountChange.LastAdmin)
            throw new BridgeStartException($"{user} is the last account that may manage accounts: give the role admin to another first.");
    }

    private static BridgeStartException Unknown(string user) => new($"There is no account '{(user.Length > 64 ? user[..64] : user)}': 'account list' names those there are.");

    private static BridgeStartException AdminEverywhere() => new("Who manages accounts can make one of every site: give the role admin with --sites all.");

    private static List<string> Roles(CommandFlags flags)
    {
        List<string> roles = [.. (flags.Value("roles") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        if (roles.Count == 0 || roles.Except(AccountRoles.Every).Any()) throw new BridgeStartException($"Say --roles with one or more of {string.Join(", ", AccountRoles.Every)}, by commas.");
        return roles;
    }

    private static SiteScope Sites(CommandFlags flags)
    {
        string typed = flags.Value("sites") ?? throw new BridgeStartException("Say --sites: 'all', or the names of sites by commas ('main' for terminals without one).");
        if (typed == "all") return SiteScope.All;
        List<string> sites = [];
        foreach (string one in typed.Split(',')) sites.Add(SiteNames.Read(one, out string? fault) ?? throw new BridgeStartException(fault!));
        return SiteScope.Of(sites);
    }
}
