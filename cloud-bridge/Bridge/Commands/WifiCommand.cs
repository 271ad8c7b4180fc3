using System.Globalization;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Wifi;
using Devices.Contract.Punches;

namespace Devices.Bridge.Commands;

/// <summary>Phones that routers see: a site's policy, its routers, and people's phones with their consent.</summary>
public static class WifiCommand
{
    /// <summary>
    /// <c>wifi policy [SITE off|evidence|punch [--accept-risk]]</c>, <c>wifi router [add NAME --site S]</c>,
    /// <c>wifi phone add --person ID --mac ADDRESS --site S|* --text-version V --channel C [--given DAY]</c>, <c>wifi phone withdraw --id N</c>, <c>wifi phone list [--person ID]</c>;
    /// each with <c>--data DIR [--by OPERATOR]</c>.
    /// </summary>
    /// <exception cref="BridgeStartException">A flag is wrong; the message says which.</exception>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        string what = args.FirstOrDefault() ?? "";
        // What is no flag comes first: words, then flags.
        string[] words = [.. args.Skip(1).TakeWhile(one => !one.StartsWith("--", StringComparison.Ordinal))];
        string[] rest = args[Math.Min(args.Length, words.Length + 1)..];
        return (what, words) switch
        {
            ("policy", []) => await InAsync("wifi policy", rest, [], [], (store, _) => PoliciesAsync(store, output)),
            ("policy", [var site, var policy]) => await InAsync("wifi policy", rest, [], ["accept-risk"], (store, flags) => PolicyAsync(store, site, policy, flags, output)),
            ("router", []) => await InAsync("wifi router", rest, [], [], (store, _) => RoutersAsync(store, output)),
            ("router", ["add", var name]) => await InAsync("wifi router add", rest, ["site"], [], (store, flags) => AddRouterAsync(store, name, flags, output)),
            ("phone", ["add"]) => await InAsync("wifi phone add", rest, ["person", "mac", "site", "text-version", "channel", "given"], [], (store, flags) => AddAsync(store, flags, output)),
            ("phone", ["withdraw"]) => await InAsync("wifi phone withdraw", rest, ["id"], [], (store, flags) => WithdrawAsync(store, flags, output)),
            ("phone", [] or ["list"]) => await InAsync("wifi phone list", rest, ["person"], [], (store, flags) => ListAsync(store, flags, output)),
            _ => throw new BridgeStartException("Say what: wifi policy [SITE off|evidence|punch], wifi router [add NAME --site SITE], wifi phone add, wifi phone withdraw or wifi phone list."),
        };
    }

    private static async Task<int> InAsync(string command, string[] args, string[] valued, string[] switches, Func<SqlWifiStore, CommandFlags, Task> work)
    {
        CommandFlags flags = CommandFlags.Read(command, args, ["data", "by", .. valued], switches);
        await using SqlDatabase database = CommandStore.Open(flags);
        await work(new(database, TimeProvider.System), flags);
        return 0;
    }

    private static async Task PoliciesAsync(SqlWifiStore store, TextWriter output)
    {
        foreach (WifiSite one in await store.SitesAsync(SiteScope.All))
            await output.WriteLineAsync($"{SiteNames.Shown(one.Site)}\t{one.Policy}\t{one.Phones.ToString(CultureInfo.InvariantCulture)} phones{(one.SetAt is { } at ? $"\tsince {Date(at)} by {one.SetBy}" : "")}");
    }

    private static async Task PolicyAsync(SqlWifiStore store, string typed, string policy, CommandFlags flags, TextWriter output)
    {
        string site = Site(typed);
        if (!WifiPolicies.All.Contains(policy)) throw new BridgeStartException($"There is no policy '{policy}': use {string.Join(", ", WifiPolicies.All)}.");
        if (policy == WifiPolicies.Punch && !flags.Has("accept-risk"))
            throw new BridgeStartException("A phone is no person: it can be lent or left behind, and whoever holds the network's password can pretend to be it. Use 'evidence', or say --accept-risk.");
        if ((await store.SitesAsync(SiteScope.All)).All(one => one.Site != site)) throw new BridgeStartException($"There is no site '{typed}': a site is there with its first terminal or router.");
        await store.SetPolicyAsync(site, policy, flags.Has("accept-risk"), flags.By);
        await output.WriteLineAsync($"{SiteNames.Shown(site)}: {policy}.");
    }

    private static async Task RoutersAsync(SqlWifiStore store, TextWriter output)
    {
        foreach (WifiRouter one in await store.RoutersAsync(SiteScope.All))
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{one.Router}\t{SiteNames.Shown(one.Site)}\t{(one.LastAt is { } at ? $"last heard {DateTimeOffset.FromUnixTimeMilliseconds(at):yyyy-MM-dd HH:mm:ss} UTC" : "never heard")}\t{one.Through} reports, {one.Lost} lost, {one.Unknown} passed over"));
    }

    private static async Task AddRouterAsync(SqlWifiStore store, string name, CommandFlags flags, TextWriter output)
    {
        if (!PunchRules.IsTerminalName(name)) throw new BridgeStartException($"'{name}' is no name: 1 to 32 of a-z, 0-9 and '-'.");
        string site = Site(flags.Text("site"));
        switch (await store.AddRouterAsync(name, site, flags.By))
        {
            case RouterVerdict.Already: throw new BridgeStartException($"{name} is a router already.");
            case RouterVerdict.IsTerminal: throw new BridgeStartException($"{name} is a terminal with punches of its own: give the router another name.");
            default:
                await output.WriteLineAsync($"{name} is a router of {SiteNames.Shown(site)}. Make its claim: Devices.Bridge claim --terminal {name} --data {flags.Value("data")}");
                break;
        }
    }

    private static async Task AddAsync(SqlWifiStore store, CommandFlags flags, TextWriter output)
    {
        string person = flags.Text("person"), typed = flags.Text("site");
        string site = typed == WifiPhone.EverySite ? typed : Site(typed);
        if (MacAddress.Read(flags.Text("mac")) is not { } mac) throw new BridgeStartException("--mac is no address of a phone: give it as aa:bb:cc:dd:ee:ff, from the phone's settings for this network.");
        long given = flags.Value("given") is not { } date ? TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()
            : DateTimeOffset.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset day) && day <= TimeProvider.System.GetUtcNow() ? day.ToUnixTimeMilliseconds()
            : throw new BridgeStartException($"--given '{date}' is no day like 2026-11-26, or is still to come.");
        switch (await store.AddPhoneAsync(new(person, mac.Text, mac.IsPrivate, site, flags.Text("text-version"), flags.Text("channel"), given), flags.By))
        {
            case PhoneVerdict.NoPerson: throw new BridgeStartException($"There is no person '{person}' in the roster: give the platform's userid.");
            case PhoneVerdict.Taken: throw new BridgeStartException("That phone is registered already: one phone belongs to one person. Withdraw the other registration first.");
            case PhoneVerdict.TooMany: throw new BridgeStartException($"{person} has {IWifiStore.MostPhones} phones already: withdraw one first.");
            default:
                await output.WriteLineAsync($"Registered: a phone of {person} at {(site == WifiPhone.EverySite ? "every site" : SiteNames.Shown(site))}.");
                if (mac.IsPrivate) await output.WriteLineAsync("Its address is a private one, which the phone made for this network: it is found only while the phone keeps it. Have it set to 'fixed' (not 'rotating') for this network.");
                break;
        }
    }

    private static async Task WithdrawAsync(SqlWifiStore store, CommandFlags flags, TextWriter output)
    {
        if (!long.TryParse(flags.Text("id"), NumberStyles.None, CultureInfo.InvariantCulture, out long id)) throw new BridgeStartException("--id is the number that `wifi phone list` shows.");
        if (!await store.WithdrawAsync(SiteScope.All, id, flags.By)) throw new BridgeStartException($"No registration {id} is in force.");
        await output.WriteLineAsync("Withdrawn: the address's key and everything that was seen of the phone are erased. Punches that were made of it stay.");
    }

    private static async Task ListAsync(SqlWifiStore store, CommandFlags flags, TextWriter output)
    {
        foreach (WifiPhone one in await store.PhonesAsync(SiteScope.All, flags.Value("person"), int.MaxValue))
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{one.Id}\t{one.Person}\t{(one.Site == WifiPhone.EverySite ? one.Site : SiteNames.Shown(one.Site))}\t{(one.Hint is { } hint ? $"…{hint}" : "–")}\t{one.TextVersion}\t{(one.WithdrawnAt is { } at ? $"withdrawn {Date(at)} by {one.WithdrawnBy}" : $"in force since {Date(one.GivenAt)}")}"));
    }

    private static string Site(string typed) => SiteNames.Read(typed, out string? fault) ?? throw new BridgeStartException(fault!);

    private static string Date(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
