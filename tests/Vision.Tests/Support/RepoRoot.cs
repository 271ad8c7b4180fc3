namespace Devices.Edge.Vision.Tests.Support;

/// <summary>Finds the repository from wherever the program runs, and what is installed under it.</summary>
internal static class RepoRoot
{
    internal static string Path { get; } = Find();

    internal static string Cache => System.IO.Path.Combine(Path, ".cache");

    internal static string Models => System.IO.Path.Combine(Cache, "models");

    internal static string DefaultPack => System.IO.Path.Combine(Path, "models", "default");

    /// <summary>Data for measuring that lies beside the repository on some machines only.</summary>
    internal static string SharedData => System.IO.Path.Combine(Path, "..", "shared", "data");

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(at.FullName, "Directory.Packages.props")))
            {
                return at.FullName;
            }
        }

        throw new DirectoryNotFoundException("The repository's root (with Directory.Packages.props) was not found above " + AppContext.BaseDirectory);
    }
}
