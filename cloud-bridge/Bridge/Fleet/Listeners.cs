using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Ingest;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Devices.Bridge.Fleet;

/// <summary>The three listeners on Kestrel: HR pages over HTTP, enrolment and HR over HTTPS, terminals over MQTT with mutual TLS. A node of several has those of its role.</summary>
public sealed class Listeners(BridgeOptions options, Lazy<CertificateAuthority> certificates, MqttConnections mqtt, IngestOptions limits)
{
    // A node that neither people nor terminals reach over TLS has none.
    private CertificateAuthority Authority => certificates.Value;

    private readonly List<(string Name, ListenOptions Options, string Scheme, string Setting)> _all = [];

    private volatile Prepared? _context;

    /// <summary>Set once everything listens.</summary>
    public bool Ready { get; set; }

    /// <summary>Addresses as bound, by name: <c>http</c>, <c>https</c>, <c>mqtt</c>.</summary>
    public string Address(string name)
    {
        (_, ListenOptions listen, string scheme, _) = _all.Single(one => one.Name == name);
        IPEndPoint bound = listen.IPEndPoint!;
        IPAddress shown = bound.Address.Equals(IPAddress.Any) || bound.Address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : bound.Address;
        return $"{scheme}://{new IPEndPoint(shown, bound.Port)}";
    }

    /// <summary>What is to be listened on: for the sentence when a port is taken.</summary>
    public IEnumerable<(string Name, int Port, string Setting)> Wanted() =>
        [("http", HttpUrl().Port, "Bridge:Http:Url"), .. options.Keeps ? [("https", options.Https.Port, "Bridge:Https:Port")] : Array.Empty<(string, int, string)>(),
            .. options.TakesTerminals ? [("mqtt", options.Mqtt.Port, "Bridge:Mqtt:Port")] : Array.Empty<(string, int, string)>()];

    /// <summary>As bound, for the line that says that all listen: <c>http=… https=… mqtt=…</c>.</summary>
    public string Line() => string.Join(' ', _all.Select(one => $"{one.Name}={Address(one.Name)}"));

    public void Configure(KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.Mqtt.MaxConnections + 1000;
        Uri url = HttpUrl();
        Listen(kestrel, "http", url.Host, url.Port, "http", "Bridge:Http:Url", _ => { });
        if (options.Keeps) Listen(kestrel, "https", options.Https.Bind, options.Https.Port, "https", "Bridge:Https:Port", listen => listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = Context(),
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                // Asked for, not demanded: a terminal renews its certificate with it. Browsers, which are told that only our own roots are meant,
                // ask nobody. Whether it is good is judged where it is used; also one that has run out may be renewed.
                ClientCertificateRequired = true,
                AllowTlsResume = false,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is null or X509Certificate2,
            }),
        }));
        if (options.TakesTerminals) Listen(kestrel, "mqtt", options.Mqtt.Bind, options.Mqtt.Port, "mqtts", "Bridge:Mqtt:Port", listen =>
        {
            listen.Protocols = HttpProtocols.Http1; // no ALPN for HTTP/2: this is not HTTP
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = limits.HandshakeTimeout,
                OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = Context(),
                    EnabledSslProtocols = SslProtocols.Tls13,
                    ClientCertificateRequired = true,
                    // Each connection proves its key anew; a ticket must not outlive a revocation.
                    AllowTlsResume = false,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 shown && Authority.IsOurs(shown),
                }),
            });
            listen.Run(mqtt.RunAsync);
        });
    }

    private Uri HttpUrl() => new(options.Http.Url);

    // Asked for at every handshake, so that a renewed certificate is used at once; built only when it changed.
    private SslStreamCertificateContext Context()
    {
        X509Certificate2 certificate = Authority.ServerCertificate();
        IReadOnlyList<CaRoot> roots = Authority.Roots;
        string mark = string.Join(' ', roots.Select(one => one.Fingerprint)) + Authority.Crosses.Count;
        if (_context is { } last && ReferenceEquals(last.Of, certificate) && last.Mark == mark) return last.Context;
        X509Certificate2Collection along = Along(roots);
        // Every root bears the same name, which is all that a client is told of them.
        SslStreamCertificateContext context = SslStreamCertificateContext.Create(certificate, along, offline: true,
            SslCertificateTrust.CreateForX509Collection([along[^1]], sendTrustInHandshake: true));
        _context = new(context, certificate, mark);
        return context;
    }

    // The new root's key signed by the old root goes along: a terminal that was away while the root was exchanged only knows the old one. The context
    // sends what it finds between the certificate and a root, so it must not find the new root itself, which would end the path.
    private X509Certificate2Collection Along(IReadOnlyList<CaRoot> roots)
    {
        foreach (X509Certificate2 cross in Authority.Crosses)
            if (cross.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(roots[0].Certificate.PublicKey.ExportSubjectPublicKeyInfo()) && Authority.IssuerOf(cross) is { State: RootState.Old } old)
                return [cross, old.Certificate];
        return [roots[0].Certificate];
    }

    private sealed record Prepared(SslStreamCertificateContext Context, X509Certificate2 Of, string Mark);

    private void Listen(KestrelServerOptions kestrel, string name, string bind, int port, string scheme, string setting, Action<ListenOptions> configure)
    {
        void Keep(ListenOptions listen)
        {
            _all.Add((name, listen, scheme, setting));
            configure(listen);
        }
        if (bind is "*" or "+") kestrel.ListenAnyIP(port, Keep);
        else kestrel.Listen(bind == "localhost" ? IPAddress.Loopback : IPAddress.Parse(bind.Trim('[', ']')), port, Keep);
    }
}
