using System.Globalization;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Commands;

/// <summary>Consents to face recognition, from the command line: for many at once, out of an organisation's own list.</summary>
public static class FaceConsentCommand
{
    /// <summary>
    /// <c>face-consent add --data DIR --person ID --text-version V --channel C [--given yyyy-MM-dd] [--by WHO]</c>,
    /// <c>face-consent withdraw --data DIR --person ID [--by WHO]</c>, <c>face-consent list --data DIR [--person ID] [--missing]</c>.
    /// </summary>
    /// <exception cref="BridgeStartException">A flag is wrong; the message says which.</exception>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        string word = args.FirstOrDefault() ?? "";
        CommandFlags flags = word switch
        {
            "add" => CommandFlags.Read("face-consent add", args[1..], ["data", "person", "text-version", "channel", "given", "by"], []),
            "withdraw" => CommandFlags.Read("face-consent withdraw", args[1..], ["data", "person", "by"], []),
            "list" => CommandFlags.Read("face-consent list", args[1..], ["data", "person"], ["missing"]),
            _ => throw new BridgeStartException("Say what: face-consent add, face-consent withdraw or face-consent list."),
        };
        await using SqlDatabase database = CommandStore.Open(flags);
        SqlPrivacyStore store = new(database, TimeProvider.System);
        if (word == "list") return await ListAsync(store, flags, output);
        string person = flags.Text("person"), by = flags.By;
        if (word == "withdraw")
        {
            if (await store.WithdrawConsentAsync(person, by) is not { } revision) throw new BridgeStartException($"No consent of '{person}' is in force.");
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Withdrawn: terminals erase the face of {person} (roster revision {revision}); card and PIN go on working (at terminals of an older version they are given again)."));
            return 0;
        }

        string version = flags.Text("text-version"), channel = flags.Text("channel");
        if (await new SqlPeopleStore(database, TimeProvider.System).FindPersonAsync(SiteScope.All, person) is null)
            throw new BridgeStartException($"There is no person '{person}' in the roster: give the platform's userid.");
        long given = flags.Value("given") is not { } date ? TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()
            : DateTimeOffset.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset day) ? day.ToUnixTimeMilliseconds()
            : throw new BridgeStartException($"--given '{date}' is no day like 2026-11-26.");
        if (!await store.AddConsentAsync(person, version, channel, given, by)) throw new BridgeStartException($"A consent of {person} is in force already: withdraw it first to record another wording.");
        await output.WriteLineAsync($"Recorded: {person} consents to wording {version}, by {channel}.");
        return 0;
    }

    private static async Task<int> ListAsync(SqlPrivacyStore store, CommandFlags flags, TextWriter output)
    {
        if (flags.Value("person") is { } person)
            foreach (FaceConsent one in await store.ConsentsAsync(person))
                await output.WriteLineAsync($"{one.Person}\t{one.TextVersion}\t{one.Channel}\t{Date(one.GivenAt)}\t{(one.WithdrawnAt is { } ended ? $"withdrawn {Date(ended)} by {one.WithdrawnBy}" : "in force")}");
        else
            foreach (ConsentState one in await store.ConsentStatesAsync(SiteScope.All, flags.Has("missing"), int.MaxValue))
                await output.WriteLineAsync($"{one.Person}\t{one.Name}\t{(one.Consent is { WithdrawnAt: null } c ? $"{c.TextVersion} by {c.Channel}" : one.Consent is null ? "none" : "withdrawn")}");
        return 0;
    }

    private static string Date(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
