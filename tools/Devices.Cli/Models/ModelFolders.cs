using Devices.Cli.App;

namespace Devices.Cli.Models;

/// <summary>Where manifests are read and where packs are installed.</summary>
/// <param name="BuiltIn">The manifests are those inside this program: a single file has no folder of them beside it.</param>
public sealed record ModelFolders(string Manifests, string Cache, bool BuiltIn = false)
{
    private static readonly Lazy<string> Unpacked = new(Unpack);

    public static ModelFolders Of(ModelsSettings settings, CliHost host)
    {
        string? root = Repository.Root(host.WorkingDirectory);
        string cache = Path.GetFullPath(settings.Cache ?? DefaultCache(root), host.WorkingDirectory);
        if (settings.Models is { } given) return new(Path.GetFullPath(given, host.WorkingDirectory), cache);
        string beside = Path.Combine(root ?? AppContext.BaseDirectory, "models");
        return Directory.Exists(beside) ? new(beside, cache) : new(Unpacked.Value, cache, BuiltIn: true);
    }

    /// <summary>The default cache; an installed board's service user owns the first, an ordinary user the second.</summary>
    public static string DefaultCache(string? repositoryRoot)
    {
        if (repositoryRoot is not null) return Path.Combine(repositoryRoot, ".cache", "models");
        const string System = "/var/lib/devices/models";
        return Environment.IsPrivilegedProcess || Directory.Exists(System)
            ? System
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "devices", "models");
    }

    // Manifests and licence texts, a few kilobytes; weights come from their sources.
    private static string Unpack()
    {
        const string Prefix = "models/";
        string folder = Directory.CreateTempSubdirectory("devices-models-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        foreach (string name in typeof(ModelFolders).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            string file = Path.Combine(folder, name[Prefix.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using Stream from = typeof(ModelFolders).Assembly.GetManifestResourceStream(name)!;
            using FileStream to = File.Create(file);
            from.CopyTo(to);
        }

        return folder;
    }
}
