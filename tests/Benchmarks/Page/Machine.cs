using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Devices.Benchmarks.Page;

/// <summary>What the figures were measured on and with: they mean nothing without it.</summary>
internal static class Machine
{
    private static readonly string[] Sets = ["avx2", "avx512bw", "avx_vnni", "avx512_vnni"];
    private static readonly string[] Told = ["Microsoft.ML.OnnxRuntime", "MQTTnet", "Microsoft.Data.Sqlite", "Npgsql", "OpenCvSharp"];

    /// <summary>As a table of two columns.</summary>
    public static string Table()
    {
        (string, string?)[] rows =
        [
            ("processor", $"{Line("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} cores{Instructions()}"),
            ("memory", Line("/proc/meminfo", "MemTotal") is { } kib ? string.Create(CultureInfo.InvariantCulture, $"{MarkdownTable.Number(kib) / 1048576:0} GiB") : null),
            ("disk", Sync()),
            ("system", $"{Line("/etc/os-release", "PRETTY_NAME", '=')?.Trim('"')}, Linux {Environment.OSVersion.Version.ToString(3)}"),
            (".NET", Environment.Version.ToString()),
            ("packages", string.Join(", ", Packages())),
            ("PostgreSQL", Says("psql", "--version")),
            ("Mosquitto", Says("mosquitto", "-h")),
            ("NATS", Says("nats-server", "--version")),
        ];
        return "| what | |\n| --- | --- |\n" + string.Concat(rows.Where(row => !string.IsNullOrWhiteSpace(row.Item2)).Select(row => $"| {row.Item1} | {row.Item2} |\n"));
    }

    /// <summary>The revision that was measured, with a word where the checkout differs from it.</summary>
    public static string Revision(string root)
    {
        string? revision = Says("git", "-C", root, "rev-parse", "--short=10", "HEAD");
        return revision is null ? "unknown" : string.IsNullOrWhiteSpace(Says("git", "-C", root, "status", "--porcelain", "--untracked-files=no", "--", ":!tests/Benchmarks/RESULTS.md")) ? revision : revision + " with changes";
    }

    private static string Instructions()
    {
        string flags = Line("/proc/cpuinfo", "flags") ?? "";
        string[] sets = [.. Sets.Where(set => flags.Split(' ').Contains(set))];
        return sets.Length == 0 ? "" : $" ({string.Join(", ", sets)})";
    }

    // What a durable acknowledgement costs here: 4 KiB appended and synced, one after the other.
    private static string Sync()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
            byte[] block = new byte[4096];
            List<double> took = [];
            for (int i = 0; i < 200; i++)
            {
                long began = Stopwatch.GetTimestamp();
                file.Write(block);
                file.Flush(flushToDisk: true);
                took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            took.Sort();
            return string.Create(CultureInfo.InvariantCulture, $"4 KiB appended and synced: median {took[100]:0.00} ms, 95th percentile {took[190]:0.00} ms");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static IEnumerable<string> Packages() =>
        Told.Select(name => (name, version: Version(name))).Where(one => one.version is not null).Select(one => $"{one.name} {one.version}");

    private static string? Version(string name)
    {
        try
        {
            return Assembly.Load(name).GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static string? Line(string path, string key, char by = ':') =>
        File.Exists(path) ? File.ReadLines(path).Where(line => line.StartsWith(key, StringComparison.Ordinal)).Select(line => line[(line.IndexOf(by) + 1)..].Trim()).FirstOrDefault() : null;

    // The first line of what a program says of itself; null where it is not here.
    private static string? Says(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> fault = process.StandardError.ReadToEndAsync();
            string text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            string said = text.Trim().Length > 0 ? text : fault.GetAwaiter().GetResult();
            return said.Split('\n')[0].Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
