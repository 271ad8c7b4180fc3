namespace Devices.Bridge.Tests.Kit;

/// <summary>The checkout that these tests were built from.</summary>
public static class Checkout
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Devices.sln"))) at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("Devices.sln is not above the test program.");
    }
}
