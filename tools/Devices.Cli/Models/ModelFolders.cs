using Devices.Cli.App;

namespace Devices.Cli.Models;

/// <summary>Where manifests are read and where packs are installed.</summary>
public sealed record ModelFolders(string Manifests, string Cache)
{
    public static ModelFolders Of(ModelsSettings settings, CliHost host)
    {
        string? root = Repository.Root(host.WorkingDirectory);
        string manifests = settings.Models ?? Path.Combine(root ?? AppContext.BaseDirectory, "models");
        return new(Path.GetFullPath(manifests, host.WorkingDirectory), Path.GetFullPath(settings.Cache ?? DefaultCache(root), host.WorkingDirectory));
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
}
