using System.Globalization;
using System.Text.Json;
using Devices.Bridge;
using Devices.Bridge.Photos;
using Devices.Bridge.Privacy;
using Devices.PowerCut.Disk;
using Devices.PowerCut.Trace;
using Microsoft.Extensions.Logging.Abstractions;

namespace Devices.PowerCut.Scenarios;

/// <summary>
/// Files beside the databases, each written by the product's own code in a process that strace looks at: the certificate authority's keys, secrets of the board, the terminal's
/// identity, the list of erased people, photos, the note of which store is used.
/// </summary>
public sealed class FileScenario : IScenario
{
    public string Name => "files";

    public string? Work(string folder, DiskLog log, Random random, int steps, bool faulty)
    {
        ArgumentNullException.ThrowIfNull(random);
        string[] line = [Child(), "--child", folder, random.Next().ToString(CultureInfo.InvariantCulture), steps.ToString(CultureInfo.InvariantCulture)];
        return StraceRecording.Run(folder, log, line, said => said.StartsWith('?') ? new RecordAsked(said[1..], Several: said.StartsWith("?*", StringComparison.Ordinal)) : new RecordStands(JsonSerializer.Deserialize<Dictionary<string, string>>(said)!));
    }

    public void Recover(string folder)
    {
        // None of these is repaired at a start but the identity.
        new Edge.Ledger.Identity.IdentityFolder(Path.Combine(folder, "tls")).Finish();
    }

    public string? Check(string folder, Told told, Random random)
    {
        ArgumentNullException.ThrowIfNull(told);
        RecordOracle.Compare(told, Read(folder));
        // The next erasure is taken, whatever is left of one that was cut off.
        if (!Directory.Exists(folder)) return null;
        using Tombstones tombstones = TombstonesOf(folder);
        string[] before = [.. tombstones.Read().Select(one => one.Person)];
        tombstones.AddAsync("after", 7, default).GetAwaiter().GetResult();
        Promise.Holds(tombstones.Read().Select(one => one.Person).SequenceEqual([.. before, "after"]), "an erasure that was noted after the cut cannot be read");
        return null;
    }

    internal static Tombstones TombstonesOf(string folder) => new(new PrivacyOptions(), new BridgeOptions { Data = folder }, null!, null!, NullLogger<Tombstones>.Instance);

    /// <summary>What somebody who starts the product finds.</summary>
    internal static Dictionary<string, string> Read(string folder)
    {
        Dictionary<string, string> all = new(StringComparer.Ordinal);
        foreach (string name in FileWork.Plain)
            if (File.Exists(Path.Combine(folder, name))) all["file/" + name] = File.ReadAllText(Path.Combine(folder, name));
        using (Tombstones tombstones = TombstonesOf(folder))
            foreach ((string person, long at) in tombstones.Read()) all["erased/" + person] = at.ToString(CultureInfo.InvariantCulture);
        PhotoVault photos = new(Path.Combine(folder, "photos"));
        if (Directory.Exists(photos.Root))
        {
            foreach (string name in Directory.EnumerateFiles(photos.Root, "*.jpg", SearchOption.AllDirectories).Select(file => Path.GetFileNameWithoutExtension(file)))
                if (photos.ReadAsync(name, default).GetAwaiter().GetResult() is { } picture) all["photo/" + name] = picture.Length.ToString(CultureInfo.InvariantCulture);
        }

        Edge.Ledger.Identity.IdentityFolder identity = new(Path.Combine(folder, "tls"));
        (string certificate, string key) = identity.InForce();
        if (File.Exists(certificate)) all["identity"] = File.Exists(key) ? File.ReadAllText(certificate) + File.ReadAllText(key) : "without a key";
        return all;
    }

    private static string Child()
    {
        DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd('/'));
        return Path.Combine(own.Parent!.Parent!.FullName, "Devices.PowerCut", own.Name, "Devices.PowerCut");
    }
}
