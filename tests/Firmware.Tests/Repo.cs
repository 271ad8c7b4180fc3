namespace Devices.Firmware.Tests;

/// <summary>Finds files of the repository and what the same build made.</summary>
internal static class Repo
{
#if DEBUG
    private const string Configuration = "debug";
#else
    private const string Configuration = "release";
#endif

    public static string Root { get; } = FindRoot();

    public static string Built(string project, string file) => Path.Combine(Root, "artifacts", "bin", project, Configuration, file);

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Devices.sln")))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException("The repository's root (Devices.sln) was not found above the test program.");
    }
}
