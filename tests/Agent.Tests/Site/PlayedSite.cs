using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Agent.Site;
using Devices.Edge.Agent.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Edge.Agent.Tests.Site;

/// <summary>A bridge's relay in memory: the newest record of each slot by revision; tests may bend what it holds.</summary>
internal sealed class PlayedRelay
{
    private long _revision;

    public Guid Line { get; set; } = Guid.NewGuid();

    /// <summary>Null as from an older bridge.</summary>
    public string? Exchange { get; init; }

    public string? Site { get; set; }

    public SortedDictionary<long, SiteRecord> Records { get; } = [];

    public void Keep(SiteRecord record)
    {
        if (record.Kind is SiteKinds.Person or SiteKinds.Erase && Records.Values.Any(one => one.Person == record.Person && (one.Kind == SiteKinds.Erase || one.Pack == record.Pack)
            && !SiteRules.IsNewer(record.Version, record.Terminal, one.Version, one.Terminal))) return;
        foreach (long old in Records.Where(one => record.Kind == SiteKinds.Erase ? one.Value.Person == record.Person : Slot(one.Value) == Slot(record)).Select(one => one.Key).ToList()) Records.Remove(old);
        Records[++_revision] = record;
    }

    public RelayMessage? After(RelayApplied? at)
    {
        long from = at?.Line == Line ? at.Revision : 0;
        KeyValuePair<long, SiteRecord>[] rows = [.. Records.Where(one => one.Key > from).Take(3)];
        bool last = Records.Count(one => one.Key > from) <= 3;
        if (rows.Length == 0 && at?.Line == Line) return null;
        return new() { Line = Line, Exchange = Exchange, Site = Site, From = from, Through = rows.Length == 0 ? from : rows[^1].Key, Records = [.. rows.Select(one => one.Value)], Last = last };
    }

    private static string Slot(SiteRecord r) => $"{r.Kind}|{(r.Kind is SiteKinds.Person or SiteKinds.Erase ? r.Pack + "|" + r.Person : r.Terminal + "|" + r.To)}";
}

/// <summary>An authority that vouches for the terminals of a test.</summary>
internal sealed class PlayedAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;

    public PlayedAuthority()
    {
        CertificateRequest request = new("CN=root", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(1000));
    }

    public (string Ca, string Certificate, string Key) Issue(string terminal, string directory)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 leaf = new CertificateRequest($"CN={terminal}", key, HashAlgorithmName.SHA256).Create(_root, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(300), RandomNumberGenerator.GetBytes(8));
        (string, string, string) files = (Path.Combine(directory, "ca.crt"), Path.Combine(directory, "t.crt"), Path.Combine(directory, "t.key"));
        File.WriteAllText(files.Item1, _root.ExportCertificatePem());
        File.WriteAllText(files.Item2, leaf.ExportCertificatePem());
        File.WriteAllText(files.Item3, key.ExportPkcs8PrivateKeyPem());
        return files;
    }

    public void Dispose()
    {
        _root.Dispose();
        _key.Dispose();
    }
}

/// <summary>One terminal's site desk on real files.</summary>
internal sealed class PlayedBoard : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly TemplateVault _vault;
    private readonly PinBook _pins;

    public PlayedBoard(string name, PlayedAuthority authority, FakeTimeProvider time)
    {
        Name = name;
        _vault = TemplateVault.Open(_scratch["templates.key"]);
        People = PeopleStore.Open(_scratch["gallery.db"], _vault, TimeProvider.System);
        _pins = new(_scratch["pins.db"], _scratch["pins.key"], TimeProvider.System, iterations: 1_000);
        Keys = SiteKeys.Open(_scratch["site.keys"]);
        Papers = new(name, authority.Issue(name, _scratch.Path));
        Desk = new(name, Keys, Papers, People, _pins, () => null, Narration, time);
    }

    public string Name { get; }
    public PeopleStore People { get; }
    public SiteKeys Keys { get; }
    public SitePapers Papers { get; }
    public SiteDesk Desk { get; }
    public Narration Narration { get; } = new(NullLogger<Narration>.Instance, TimeProvider.System);

    /// <summary>Sends and takes until there is nothing more.</summary>
    public void Talk(PlayedRelay relay)
    {
        for (int i = 0; i < 200; i++)
        {
            bool any = false;
            Desk.Tick();
            while (Desk.Outgoing() is { Count: > 0 } waiting)
            {
                foreach (SiteOutgoing one in waiting)
                {
                    SiteRules.Check(one.Record).ShouldBeNull();
                    relay.Keep(one.Record);
                    Desk.Sent(one);
                }

                any = true;
            }

            while (relay.After(Desk.State()) is { } message)
            {
                Desk.Take(message);
                any = true;
            }

            if (!any) return;
        }

        throw new InvalidOperationException("They do not come to an end.");
    }

    public string File(string name) => _scratch[name];

    public void Dispose()
    {
        Keys.Dispose();
        _pins.Dispose();
        People.Dispose();
        _vault.Dispose();
        _scratch.Dispose();
    }
}
