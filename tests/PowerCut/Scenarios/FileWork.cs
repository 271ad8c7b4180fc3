using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Devices.Bridge;
using Devices.Bridge.Fleet;
using Devices.Bridge.Photos;
using Devices.Bridge.Privacy;
using Devices.Bridge.Store;
using Devices.Edge.Agent.Secrets;
using Devices.Edge.Ledger.Identity;

namespace Devices.PowerCut.Scenarios;

/// <summary>The recorded process of <see cref="FileScenario"/>: says what it is about to do, does it, says what stands.</summary>
internal static class FileWork
{
    /// <summary>Files that are there whole, old or new.</summary>
    public static readonly string[] Plain = ["ca/root.key", "ca/server.crt", "templates.key", "site.keys", "store.json"];

    public static void Run(string folder, int seed, int steps)
    {
        Random random = new(seed);
        Say("?start");
        using Tombstones tombstones = FileScenario.TombstonesOf(folder);
        PhotoVault photos = new(Path.Combine(folder, "photos"));
        Stands(folder);
        for (int step = 0; step < steps; step++)
        {
            string text = string.Create(CultureInfo.InvariantCulture, $"{step} {new string((char)('a' + random.Next(26)), random.Next(1, 3_000))}");
            switch (random.Next(8))
            {
                case 0 or 1:
                    string file = Plain[random.Next(2)];
                    Do(folder, "write " + file, () =>
                    {
                        PrivateFiles.MakeDirectory(Path.Combine(folder, "ca"));
                        PrivateFiles.Write(Path.Combine(folder, file), text);
                    });
                    break;
                case 2:
                    Do(folder, "key", () => SecretFile.ReadOrCreate(Path.Combine(folder, "templates.key"), () => Encoding.ASCII.GetBytes(text), "the key"));
                    break;
                case 3:
                    Do(folder, "secret", () => SecretFile.Replace(Path.Combine(folder, "site.keys"), Encoding.ASCII.GetBytes(text)));
                    break;
                case 4:
                    Do(folder, "erasure", () => tombstones.AddAsync($"p-{step}-{new string('p', random.Next(200))}", step, default).GetAwaiter().GetResult());
                    break;
                case 5:
                    byte[] picture = Encoding.ASCII.GetBytes(text);
                    Do(folder, "photo", () => photos.WriteAsync(Convert.ToHexStringLower(SHA256.HashData(picture)), picture, default).GetAwaiter().GetResult());
                    break;
                case 6:
                    string connection = Path.Combine(folder, "connection-" + step.ToString(CultureInfo.InvariantCulture));
                    Do(folder, "store", () => StoreChoice.Remember(new BridgeOptions { Data = folder, Store = "postgres", Postgres = new() { ConnectionFile = connection } }));
                    break;
                default:
                    Renew(folder);
                    break;
            }
        }
    }

    // As the keeper does it: a first pair, then renewals.
    private static void Renew(string folder)
    {
        string tls = Path.Combine(folder, "tls");
        IdentityFolder identity = new(tls);
        if (identity.Missing is not null)
        {
            using ECDsa first = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            Do(folder, "identity", () =>
            {
                PrivateFiles.MakeDirectory(tls);
                foreach ((string name, string text) in (ValueTuple<string, string>[])[("ca.crt", "x"), ("terminal.key", first.ExportPkcs8PrivateKeyPem()), ("terminal.crt", Certificate(first))])
                    PrivateFiles.Write(Path.Combine(tls, name), text);
            }, several: true);
            return;
        }

        using X509Certificate2 now = identity.Load();
        using ECDsa next = identity.NextKey(() =>
        {
            using ECDsa made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return made.ExportPkcs8PrivateKeyPem();
        });
        string renewed = Certificate(next), thumbprint = Convert.ToHexStringLower(now.GetCertHash(HashAlgorithmName.SHA256));
        Do(folder, "renewal", () =>
        {
            if (!identity.Settle(renewed, thumbprint)) throw new InvalidOperationException("The renewed certificate was not taken.");
        });
        Do(folder, "confirm", identity.Confirm);
    }

    private static string Certificate(ECDsa key)
    {
        using X509Certificate2 made = new CertificateRequest("CN=m2-001", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(30));
        return made.ExportCertificatePem();
    }

    private static void Do(string folder, string what, Action work, bool several = false)
    {
        Say((several ? "?*" : "?") + what);
        work();
        Stands(folder);
    }

    private static void Stands(string folder) => Say(JsonSerializer.Serialize(FileScenario.Read(folder)));

    private static void Say(string what)
    {
        // One system call, so that it has one place in the order.
        using Stream output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes("MARK " + what + "\n"));
    }
}
