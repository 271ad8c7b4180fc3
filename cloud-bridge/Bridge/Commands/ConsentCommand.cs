using System.Globalization;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Commands;

/// <summary>Records who consented that somebody is told about a person's punches: nobody is told without.</summary>
public static class ConsentCommand
{
    /// <summary>
    /// <c>consent add --data DIR --person ID --recipient ID --text-version V --given-by WHO [--by OPERATOR]</c>,
    /// <c>consent end --data DIR --person ID --recipient ID [--by OPERATOR]</c>, <c>consent list --data DIR [--person ID] [--all]</c>.
    /// </summary>
    /// <exception cref="BridgeStartException">A flag is wrong; the message says which.</exception>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        return args.FirstOrDefault() switch
        {
            "add" => await AddAsync(args[1..], output),
            "end" => await EndAsync(args[1..], output),
            "list" => await ListAsync(args[1..], output),
            _ => throw new BridgeStartException("Say what: consent add, consent end or consent list."),
        };
    }

    private static async Task<int> AddAsync(string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("consent add", args, ["data", "person", "recipient", "text-version", "given-by", "by"], []);
        string person = flags.Text("person", commas: false), recipient = flags.Text("recipient", commas: false), version = flags.Text("text-version", commas: false), giver = flags.Text("given-by", commas: false);
        if (person == recipient) throw new BridgeStartException("--person and --recipient are the same: a notice tells somebody else.");
        await using SqlDatabase database = CommandStore.Open(flags);
        if (await new SqlPeopleStore(database, TimeProvider.System).FindPersonAsync(SiteScope.All, person) is null)
            throw new BridgeStartException($"There is no person '{person}' in the roster: give the platform's userid.");
        NoticeConsent consent = new(person, recipient, version, giver, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), flags.By, null, null);
        if (!await new SqlNoticeStore(database, TimeProvider.System).AddConsentAsync(consent))
            throw new BridgeStartException($"A consent that {recipient} is told about {person} is in force already: end it first to record another wording.");
        await new SqlAuditStore(database, TimeProvider.System).AuditAsync(flags.By, "consent recorded", person, $"{recipient} is told; wording {version}; given by {giver}");
        await output.WriteLineAsync($"Recorded: {recipient} is told about {person}'s punches, by consent of {giver} to wording {version}.");
        return 0;
    }

    private static async Task<int> EndAsync(string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("consent end", args, ["data", "person", "recipient", "by"], []);
        string person = flags.Text("person", commas: false), recipient = flags.Text("recipient", commas: false);
        await using SqlDatabase database = CommandStore.Open(flags);
        if (!await new SqlNoticeStore(database, TimeProvider.System).EndConsentAsync(person, recipient, flags.By))
            throw new BridgeStartException($"No consent that {recipient} is told about {person} is in force.");
        await new SqlAuditStore(database, TimeProvider.System).AuditAsync(flags.By, "consent ended", person, recipient);
        await output.WriteLineAsync($"Ended: {recipient} is not told about {person} any more.");
        return 0;
    }

    private static async Task<int> ListAsync(string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("consent list", args, ["data", "person"], ["all"]);
        await using SqlDatabase database = CommandStore.Open(flags);
        foreach (NoticeConsent one in await new SqlNoticeStore(database, TimeProvider.System).ConsentsAsync(flags.Value("person"), flags.Has("all")))
            await output.WriteLineAsync($"{one.Person}\t{one.Recipient}\t{one.TextVersion}\t{one.GivenBy}\t{Date(one.GivenAt)}\t{(one.EndedAt is { } ended ? $"ended {Date(ended)} by {one.EndedBy}" : "in force")}");
        return 0;
    }

    private static string Date(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
