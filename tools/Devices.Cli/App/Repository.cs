namespace Devices.Cli.App;

/// <summary>Whether the command runs inside a checkout, where defaults differ from an installed board's.</summary>
public static class Repository
{
    /// <summary>The checkout's root above <paramref name="start"/> or above the program itself; null on an installed board.</summary>
    public static string? Root(string start) => Above(start) ?? Above(AppContext.BaseDirectory);

    private static string? Above(string start)
    {
        for (DirectoryInfo? at = new(start); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Devices.sln")) && Directory.Exists(Path.Combine(at.FullName, "models"))) return at.FullName;
        return null;
    }
}
