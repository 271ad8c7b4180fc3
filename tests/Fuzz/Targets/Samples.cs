using System.Text;

namespace Devices.Fuzz.Targets;

/// <summary>Helpers of the targets.</summary>
internal static class Samples
{
    public static byte[] Utf8(this string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>As a program would read it that takes text: bad bytes become U+FFFD.</summary>
    public static string Text(this byte[] bytes) => Encoding.UTF8.GetString(bytes);

    public static Func<IReadOnlyList<byte[]>> Of(params string[] texts) => () => [.. texts.Select(Utf8)];

    public static Func<IReadOnlyList<byte[]>> Of(params byte[][] samples) => () => samples;

    /// <summary>A file of the checkout.</summary>
    public static byte[] File(string path) => System.IO.File.ReadAllBytes(Path.Combine(Root, path));

    /// <summary>The checkout.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A directory of this process's own, in memory where there is such; gone with the process.</summary>
    public static string Scratch { get; } = MakeScratch();

    /// <summary>Writes a file of that name into the scratch directory of this thread.</summary>
    public static string Put(string name, byte[] bytes)
    {
        string folder = Path.Combine(Scratch, Environment.CurrentManagedThreadId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, name);
        System.IO.File.WriteAllBytes(file, bytes);
        return file;
    }

    private static string FindRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !System.IO.File.Exists(Path.Combine(at.FullName, "Devices.sln"))) at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("Devices.sln is not above this program.");
    }

    private static string MakeScratch()
    {
        string below = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        string folder = Directory.CreateDirectory(Path.Combine(below, $"devices-fuzz-{Guid.NewGuid():N}")).FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }
}
