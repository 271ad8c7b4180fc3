using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Devices.Fuzz.Engine;
using Devices.Fuzz.Targets;

namespace Devices.Fuzz;

/// <summary>Runs each target in a process of its own, one after another, since a stack overflow or an endless loop ends more than one test.</summary>
internal static class Program
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    public static int Main(string[] words)
    {
        FuzzOptions options;
        try
        {
            options = FuzzOptions.Parse(words);
        }
        catch (FormatException fault)
        {
            Console.Error.WriteLine($"{fault.Message}\n\n{FuzzOptions.Usage}");
            return 2;
        }

        List<FuzzTarget> targets = [.. FuzzTargets.All.Where(one => options.Child is null ? one.Name.Contains(options.Target, StringComparison.Ordinal) : one.Name == options.Target)];
        if (targets.Count == 0)
        {
            Console.Error.WriteLine($"No target has '{options.Target}' in its name; --list names them.");
            return 2;
        }

        if (options.List)
        {
            foreach (FuzzTarget one in targets) Console.WriteLine($"{one.Name,-28} {string.Join(' ', one.Files)}");
            return 0;
        }

        if (options.Replay is { } file) return Replay(targets, file);
        return options.Child is { } seconds ? Child(targets[0], options, seconds) : Parent(targets, options);
    }

    private static int Replay(List<FuzzTarget> targets, string file)
    {
        if (targets.Count != 1)
        {
            Console.Error.WriteLine($"--replay needs one target; '{string.Join(", ", targets.Take(5))}' have that word in their name.");
            return 2;
        }

        Finding? finding = new FuzzRun(targets[0], 0).Try(File.ReadAllBytes(file));
        Console.WriteLine(finding?.ToString() ?? $"{targets[0]} kept its promise.");
        return finding is null ? 0 : 1;
    }

    private static int Child(FuzzTarget target, FuzzOptions options, double seconds)
    {
        string folder = Folder(options, target);
        using LastInput last = new(Path.Combine(folder, "last"));
        FuzzRun run = new(target, options.Seed!.Value, last.Note);
        long started = Stopwatch.GetTimestamp();
        int findings = 0;
        foreach (Finding finding in run.Go(_ => Stopwatch.GetElapsedTime(started).TotalSeconds > seconds))
        {
            findings++;
            string name = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(finding.Input))[..12]);
            File.WriteAllBytes(name + ".bin", finding.Input);
            File.WriteAllText(name + ".txt", finding + "\n");
            Console.WriteLine(finding);
            if (findings >= 20) break;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target.Name,-28} {run.Inputs,9} inputs, {run.Answers,5} different answers, {findings} findings"));
        return findings > 0 ? 3 : 0;
    }

    private static int Parent(List<FuzzTarget> targets, FuzzOptions options)
    {
        long seed = options.Seed ?? RandomNumberGenerator.GetInt32(1, int.MaxValue);
        double seconds = Math.Max(1, options.Minutes * 60 / targets.Count);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{targets.Count} targets, {seconds:F0} s each, seed {seed}. Inputs that break something go to {Path.GetFullPath(options.Out)}."));
        int broken = 0;
        foreach (FuzzTarget target in targets)
        {
            string folder = Folder(options, target), path = Path.Combine(folder, "last");
            File.Delete(path);
            using LastInput last = new(path);
            using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["--child", seconds.ToString(CultureInfo.InvariantCulture), "--target", target.Name, "--seed", seed.ToString(CultureInfo.InvariantCulture), "--out", options.Out])) ?? throw new InvalidOperationException("No process.");
            long seen = -2, since = Stopwatch.GetTimestamp();
            string? died = null;
            while (!child.WaitForExit(TimeSpan.FromMilliseconds(500)))
            {
                if (last.Number != seen) (seen, since) = (last.Number, Stopwatch.GetTimestamp());
                if (Stopwatch.GetElapsedTime(since) < Hang) continue;
                died = $"hung for {Hang.TotalSeconds:F0} s at input {seen}";
                child.Kill();
            }

            if (died is null && child.ExitCode is not (0 or 3)) died = $"ended the process with {child.ExitCode} at input {last.Number}";
            if (died is not null)
            {
                File.WriteAllBytes(Path.Combine(folder, "died.bin"), last.Input);
                Console.WriteLine($"{target.Name}: {died}; the input is {Path.Combine(folder, "died.bin")}");
            }

            if (died is not null || child.ExitCode == 3) broken++;
            else Directory.Delete(folder, recursive: true);
        }

        Console.WriteLine(broken == 0 ? "Every parser kept its promise." : $"{broken} of {targets.Count} targets broke; seed {seed}.");
        return broken == 0 ? 0 : 1;
    }

    private static string Folder(FuzzOptions options, FuzzTarget target) => Directory.CreateDirectory(Path.Combine(options.Out, target.Name.Replace('/', '-'))).FullName;
}
