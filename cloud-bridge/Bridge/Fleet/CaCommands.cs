using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Fleet;

/// <summary><c>ca …</c>: the exchange of the root, beside a running bridge, which takes each step over within a second.</summary>
public static class CaCommands
{
    private const string Actor = "command line";
    private const int Named = 20;

    /// <exception cref="BridgeStartException">A word or flag is wrong, or the step would shut terminals out; the message says which.</exception>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        string verb = args.FirstOrDefault() ?? "";
        if (verb == "node") return await NodeAsync(args[1..], output);
        if (verb is not ("show" or "new-root" or "switch" or "retire" or "withdraw")) throw new BridgeStartException("Say what: ca show, ca new-root, ca switch, ca retire, ca withdraw or ca node, each with --data DIR.");
        CommandFlags flags = CommandFlags.Read($"ca {verb}", args[1..], ["data"], verb is "switch" or "retire" ? ["force", "json"] : ["json"]);
        BridgeOptions options = FleetCommands.DataOf(flags);
        await using SqlDatabase database = StoreSetup.Open(options);
        using CertificateAuthority authority = CertificateAuthority.Open(options.CaDirectory, [], TimeProvider.System);
        Dependants who = await Dependants.OfAsync(authority, new SqlFleetStore(database, TimeProvider.System), TimeProvider.System);
        if (verb == "show")
        {
            await ShowAsync(authority, who, flags, output);
            return 0;
        }

        SqlAuditStore audit = new(database, TimeProvider.System);
        (CaRoot root, string said) = verb switch
        {
            "new-root" => (authority.MakeNext(), "is made and announced. Terminals learn it while they are connected; 'ca show' tells who has it, then 'ca switch'. Claims go on naming the old one until then."),
            "switch" => (Switch(authority, who, flags.Has("force")), "signs from now on, and the bridge's own certificate is one of it. Terminals renew theirs by themselves; once nobody depends on the old root ('ca show'), 'ca retire'."),
            "retire" => (Retire(authority, who, flags.Has("force")), "is trusted no more. Its files stay in ca/ until somebody deletes them."),
            _ => (authority.Retire(RootState.Next), "is withdrawn. Terminals forget it while they are connected."),
        };
        await audit.AuditAsync(Actor, $"ca.{verb}", root.Fingerprint, flags.Has("force") ? "forced" : null);
        await output.WriteLineAsync(flags.Has("json") ? JsonSerializer.Serialize(new { root = root.Fingerprint, step = verb }) : $"The root {root.Fingerprint} {said}");
        return 0;
    }

    // For a node without a root key (Scale/README.md): again after each step of an exchange, and once a year.
    private static async Task<int> NodeAsync(string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("ca node", args, ["data", "names", "to"], []);
        BridgeOptions options = FleetCommands.DataOf(flags);
        string to = Path.GetFullPath(flags.Value("to") ?? throw new BridgeStartException("Say where the node's files are to go: --to FOLDER."));
        string[] names = [.. (flags.Value("names") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        foreach (string name in names)
            if (Uri.CheckHostName(name) is UriHostNameType.Unknown or UriHostNameType.Basic) throw new BridgeStartException($"--names holds '{name}', which is neither a DNS name nor an IP address.");
        await using SqlDatabase database = StoreSetup.Open(options);
        using CertificateAuthority authority = CertificateAuthority.Open(options.CaDirectory, [], TimeProvider.System);
        using X509Certificate2 made = authority.IssueNode(to, names);
        await new SqlAuditStore(database, TimeProvider.System).AuditAsync(Actor, "ca.node", Path.GetFileName(to), string.Join(", ", names));
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{to} holds the roots and a certificate with its key, until {made.NotAfter.ToUniversalTime():yyyy-MM-dd}: put them into the node's ca/ folder. The root's key is not among them."));
        return 0;
    }

    private static CaRoot Switch(CertificateAuthority authority, Dependants who, bool force)
    {
        if (authority.Roots.FirstOrDefault(one => one.State == RootState.Next) is { } next && !force)
        {
            List<string> without = [.. who.WithoutTrust(next).Where(one => one.Online).Select(one => one.Terminal)];
            if (without.Count > 0)
                throw new BridgeStartException($"{without.Count} connected terminals do not say that they trust the next root yet: {List(without)}. Wait until they do, or say --force: they still reach the bridge, since the old root vouches for the next one, but an agent that is too old to take roots does not. Nothing was changed.");
        }

        return authority.Switch();
    }

    private static CaRoot Retire(CertificateAuthority authority, Dependants who, bool force)
    {
        if (authority.Roots.FirstOrDefault(one => one.State == RootState.Old) is { } old && !force)
        {
            List<string> on = [.. who.CertifiedBy(old)], blind = [.. who.WithoutTrust(authority.Roots[0]).Select(one => one.Terminal)];
            if (on.Count > 0 || blind.Count > 0)
                throw new BridgeStartException($"The old root is still needed: {(on.Count > 0 ? $"{on.Count} terminals have their certificate from it ({List(on)}); they renew by themselves once they are connected" : "")}{(on.Count > 0 && blind.Count > 0 ? "; " : "")}{(blind.Count > 0 ? $"{blind.Count} do not say that they trust the root that signs now ({List(blind)})" : "")}. With --force they would have to be provisioned again, each with a claim. Nothing was changed.");
        }

        return authority.Retire(RootState.Old);
    }

    private static async Task ShowAsync(CertificateAuthority authority, Dependants who, CommandFlags flags, TextWriter output)
    {
        if (flags.Has("json"))
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(new
            {
                roots = authority.Roots.Select(one => new
                {
                    root_sha256 = one.Fingerprint, state = Word(one.State), key = CaKeys.IsInToken(one.Key) ? "pkcs11" : "file", not_after = new DateTimeOffset(one.Certificate.NotAfter).ToUnixTimeMilliseconds(),
                    certificates_of = who.CertifiedBy(one), not_trusted_by = who.WithoutTrust(one).Select(t => t.Terminal),
                }),
            }));
            return;
        }

        foreach (CaRoot one in authority.Roots)
        {
            List<string> on = [.. who.CertifiedBy(one)], blind = [.. who.WithoutTrust(one).Select(t => t.Terminal)];
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{one.Fingerprint}  {Word(one.State)}, until {one.Certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}, key in {(CaKeys.IsInToken(one.Key) ? "a PKCS#11 token" : $"ca/{one.Key}")}"));
            await output.WriteLineAsync($"  certificates of: {(on.Count == 0 ? "nobody" : List(on))}");
            await output.WriteLineAsync($"  not known to be trusted by: {(blind.Count == 0 ? "nobody" : List(blind))}");
        }
    }

    private static string List(List<string> names) => names.Count <= Named ? string.Join(", ", names) : $"{string.Join(", ", names.Take(Named))} and {names.Count - Named} more";

    private static string Word(RootState state) => state switch { RootState.Next => "next", RootState.Issuing => "issuing", _ => "old" };
}

/// <summary>Which terminals hang on which root. A terminal that is revoked, or past the grace, hangs on none.</summary>
internal sealed class Dependants(IReadOnlyList<(LiveCertificate Certificate, CaRoot? Root)> live)
{
    public static async Task<Dependants> OfAsync(CertificateAuthority authority, IFleetStore fleet, TimeProvider time)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        List<(LiveCertificate, CaRoot?)> live = [];
        foreach (LiveCertificate one in await fleet.LiveCertificatesAsync())
        {
            // The longest grace that can be set: here it is better to name one terminal too many.
            if (one.NotAfter + (long)TimeSpan.FromDays(365).TotalMilliseconds <= now) continue;
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(one.Der);
            live.Add((one, authority.IssuerOf(certificate)));
        }

        return new(live);
    }

    /// <summary>Terminals whose newest certificate that was used, or whose only one, is of the root.</summary>
    public IEnumerable<string> CertifiedBy(CaRoot root) => live.GroupBy(one => one.Certificate.Terminal, StringComparer.Ordinal)
        .Where(group => (group.LastOrDefault(one => one.Certificate.UsedAt is not null) is { Certificate: not null } used ? used : group.Last()).Root?.Fingerprint == root.Fingerprint)
        .Select(group => group.Key);

    /// <summary>Terminals that did not say that they trust the root.</summary>
    public IEnumerable<LiveCertificate> WithoutTrust(CaRoot root) => live.GroupBy(one => one.Certificate.Terminal, StringComparer.Ordinal).Select(group => group.Last().Certificate)
        .Where(one => !(one.Trust ?? "").Split(' ').Contains(root.Fingerprint, StringComparer.Ordinal));
}
