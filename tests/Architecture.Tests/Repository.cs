using System.Diagnostics;
using System.Xml.Linq;

namespace Devices.Architecture.Tests;

/// <summary>The checkout, as the tests see it.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Every project by name, with its references to projects and packages.</summary>
    public static IReadOnlyDictionary<string, Project> Projects { get; } = Files("*.csproj")
        .Select(Project.Read)
        .ToDictionary(p => p.Name, StringComparer.Ordinal);

    /// <summary>Files below the root, without what builds, caches and runs leave behind.</summary>
    public static IEnumerable<string> Files(string pattern) => Directory
        .EnumerateFiles(Root, pattern, new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Where(f => !Relative(f).Split('/').Any(part => part is "artifacts" or ".cache" or ".run" or ".git" or "obj" or "bin" or "node_modules"));

    /// <summary>What git tracks, or every file where this is no checkout.</summary>
    public static IReadOnlyList<string> Tracked()
    {
        using Process? git = Process.Start(new ProcessStartInfo("git", ["-c", "safe.directory=*", "-C", Root, "ls-files"]) { RedirectStandardOutput = true });
        if (git is null) return [.. Files("*").Select(Relative)];
        string[] lines = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return git.ExitCode == 0 ? lines : [.. Files("*").Select(Relative)];
    }

    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string FindRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Devices.sln"))) at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("Devices.sln is not above the test program.");
    }
}

/// <summary>One project file.</summary>
internal sealed record Project(string Name, string File, IReadOnlySet<string> References, IReadOnlySet<string> Packages, bool HasVersions)
{
    public static Project Read(string file)
    {
        XDocument xml = XDocument.Load(file);
        IEnumerable<XElement> packages = xml.Descendants("PackageReference");
        return new(
            Path.GetFileNameWithoutExtension(file),
            Repository.Relative(file),
            xml.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))).ToHashSet(StringComparer.Ordinal),
            packages.Select(p => p.Attribute("Include")?.Value ?? "").ToHashSet(StringComparer.OrdinalIgnoreCase),
            packages.Any(p => p.Attribute("Version") is not null || p.Attribute("VersionOverride") is not null));
    }

    /// <summary>All that it references, directly or through others.</summary>
    public IReadOnlySet<string> Reach()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var queue = new Queue<string>(References);
        while (queue.TryDequeue(out string? next))
            if (seen.Add(next) && Repository.Projects.TryGetValue(next, out Project? project))
                foreach (string reference in project.References) queue.Enqueue(reference);
        return seen;
    }
}
