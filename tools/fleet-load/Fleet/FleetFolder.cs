using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.FleetLoad.Fleet;

/// <summary>
/// A folder with a bridge's certificate authority and the certificates of many terminals, made once: a second run reads them. The
/// authority is the bridge's own class; a bridge that is started on a copy of it takes these certificates as it takes any.
/// </summary>
internal sealed class FleetFolder : IDisposable
{
    private const int Together = 200;

    private readonly string _folder;
    private readonly CertificateAuthority _authority;

    private FleetFolder(string folder, CertificateAuthority authority, IReadOnlyList<FleetMember> members) =>
        (_folder, _authority, Members) = (folder, authority, members);

    public IReadOnlyList<FleetMember> Members { get; }

    public X509Certificate2 Root => _authority.Root;

    /// <summary>The bridge's server certificate and key as PEM files; the peer's broker shows the same.</summary>
    public (string Certificate, string Key, string Root) ServerFiles()
    {
        _authority.ServerCertificate();
        return (Path.Combine(_folder, "ca", "server.crt"), Path.Combine(_folder, "ca", "server.key"), Path.Combine(_folder, "ca", "root.crt"));
    }

    /// <summary>Reads the folder, and makes what is missing up to <paramref name="count"/>.</summary>
    public static FleetFolder Open(string folder, int count, Action<string> say)
    {
        PrivateFiles.MakeDirectory(folder);
        CertificateAuthority authority = CertificateAuthority.Open(Path.Combine(folder, "ca"), [], TimeProvider.System);
        string file = Path.Combine(folder, "terminals.csv");
        List<FleetMember> members = Read(file, authority);
        if (members.Count < count)
        {
            say(string.Create(CultureInfo.InvariantCulture, $"Making {count - members.Count:N0} certificates (P-256, issued by the bridge's own CA)…"));
            int from = members.Count;
            FleetMember[] made = new FleetMember[count - from];
            Parallel.For(0, made.Length, i => made[i] = Make(authority, Name(from + i)));
            members.AddRange(made);
            PrivateFiles.Write(file, string.Concat(members.Select(one => $"{one.Name},{Convert.ToBase64String(one.Key)},{Convert.ToBase64String(one.Certificate)}\n")));
        }

        return new(folder, authority, [.. members.Take(count)]);
    }

    /// <summary>A certificate for the peer's subscriber and other helpers, named by the caller; not kept.</summary>
    public FleetMember Extra(string name) => Make(_authority, name);

    /// <summary>Copies the authority into a bridge's new data directory.</summary>
    public void LayInto(string data)
    {
        _authority.ServerCertificate();
        string to = Path.Combine(data, "ca");
        PrivateFiles.MakeDirectory(data);
        PrivateFiles.MakeDirectory(to);
        foreach (string from in Directory.EnumerateFiles(Path.Combine(_folder, "ca")))
            if (Path.GetFileName(from) != ".lock") File.Copy(from, Path.Combine(to, Path.GetFileName(from)), overwrite: true);
    }

    /// <summary>Enters the certificates into a store as an enrolment does: a claim for each name, used up in the transaction that records the certificate.</summary>
    public async Task EnterAsync(SqlDatabase database, IEnumerable<FleetMember>? which = null)
    {
        SqlFleetStore store = new(database, TimeProvider.System);
        long until = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds();
        foreach (FleetMember[] some in (which ?? Members).Chunk(Together))
        {
            await Task.WhenAll(some.Select(async member =>
            {
                byte[] hash = RandomNumberGenerator.GetBytes(32);
                await store.AddClaimAsync(hash, member.Name, until);
                ClaimOutcome outcome = await store.RedeemAsync(hash, member.Name, () => Describe(member), _ => false);
                if (outcome.Verdict != ClaimVerdict.Accepted) throw new LoadFault($"The store did not take the certificate of {member.Name}: {outcome.Verdict}. Give an empty database.");
            }));
        }
    }

    public void Dispose() => _authority.Dispose();

    private static IssuedCertificate Describe(FleetMember member)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(member.Certificate);
        return CertificateAuthority.Describe(certificate);
    }

    private static FleetMember Make(CertificateAuthority authority, string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = authority.IssueTerminal(name, new PublicKey(key));
        return new(name, key.ExportPkcs8PrivateKey(), certificate.RawData);
    }

    private static List<FleetMember> Read(string file, CertificateAuthority authority)
    {
        List<FleetMember> members = [];
        if (!File.Exists(file)) return members;
        foreach (string line in File.ReadLines(file))
        {
            if (line.Split(',') is not [var name, var key, var certificate]) continue;
            members.Add(new(name, Convert.FromBase64String(key), Convert.FromBase64String(certificate)));
        }

        if (members.Count == 0) return members;
        // One stands for all: they were made together. Of another CA, or about to end, all are made anew.
        using X509Certificate2 first = X509CertificateLoader.LoadCertificate(members[0].Certificate);
        return authority.IsOurs(first) && first.NotAfter > DateTime.Now.AddDays(2) ? members : [];
    }

    private static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"t-{index + 1:D5}");
}
