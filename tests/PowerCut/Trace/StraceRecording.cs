using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Devices.PowerCut.Disk;

namespace Devices.PowerCut.Trace;

/// <summary>
/// Records what a real process does to a folder, by strace: everything, also what is not SQLite's. A line that it prints on standard output beginning
/// with <c>MARK </c> stands in the same order.
/// </summary>
public static partial class StraceRecording
{
    public const string Program = "/usr/bin/strace";
    private const string Calls = "open,openat,creat,write,pwrite64,pwritev,writev,ftruncate,fallocate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,copy_file_range,sendfile";

    /// <summary>Runs it to its end.</summary>
    /// <param name="mark">Makes a fact of the rest of a line with a mark.</param>
    /// <returns>Null, or what it said where it failed.</returns>
    public static string? Run(string folder, DiskLog log, string[] line, Func<string, object> mark)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(mark);
        string file = folder + ".strace";
        ProcessStartInfo start = new(Program, ["-f", "-qq", "-y", "-xx", "-s", "16000000", "-e", "trace=" + Calls, "-o", file, .. line]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) return $"The recorded program ended with {process.ExitCode}: {errors}";
        new Reader(Path.GetFullPath(folder), log, mark).Read(file);
        File.Delete(file);
        return null;
    }

    private sealed class Reader(string folder, DiskLog log, Func<string, object> mark)
    {
        // "MARK " as strace writes it.
        private const string MarkBegins = @"""\x4d\x41\x52\x4b\x20";
        private readonly Dictionary<string, string> _unfinished = [];

        public void Read(string file)
        {
            foreach (string raw in File.ReadLines(file))
            {
                int space = raw.IndexOf(' ', StringComparison.Ordinal);
                string pid = raw[..space], rest = raw[space..].TrimStart();
                if (rest.EndsWith("<unfinished ...>", StringComparison.Ordinal))
                {
                    _unfinished[pid] = rest[..^"<unfinished ...>".Length];
                    continue;
                }

                if (Resumed().Match(rest) is { Success: true } resumed) rest = _unfinished.Remove(pid, out string? begun) ? begun + rest[resumed.Length..] : rest;
                if (Call().Match(rest) is { Success: true } call && call.Groups[3].Value[0] != '-') Take(call.Groups[1].Value, call.Groups[2].Value, long.Parse(call.Groups[3].Value, CultureInfo.InvariantCulture));
            }
        }

        private void Take(string call, string arguments, long answer)
        {
            switch (call)
            {
                case "write" when Handle(arguments) is null && arguments.Contains(MarkBegins, StringComparison.Ordinal):
                    foreach (string said in Encoding.UTF8.GetString(Bytes(arguments)).Split('\n').Where(said => said.StartsWith("MARK ", StringComparison.Ordinal))) log.Note(mark(said[5..]));
                    break;
                case "open" or "openat" or "creat" when Strings(arguments) is [var path, ..] && Inside(path) is { } opened:
                    if (log.NodeOf(opened) < 0 && arguments.Contains("O_CREAT", StringComparison.Ordinal)) log.Made(opened);
                    else if (log.NodeOf(opened) >= 0 && arguments.Contains("O_TRUNC", StringComparison.Ordinal)) log.Did(new DiskOp.Truncate(log.NodeOf(opened), 0));
                    break;
                case "pwrite64" when Node(arguments) is { } node:
                    log.Did(new DiskOp.Write(node, Last(arguments), Bytes(arguments)[..(int)answer]));
                    break;
                case "pwritev" when Node(arguments) is { } node:
                    // fd, vector, count, offset (and on some systems a second half of it that is 0).
                    byte[] all = [.. Texts().Matches(arguments).SelectMany(one => Unhex(one.Groups[1].Value))];
                    log.Did(new DiskOp.Write(node, long.Parse(Vector().Match(arguments).Groups[1].Value, CultureInfo.InvariantCulture), all[..(int)answer]));
                    break;
                case "ftruncate" when Node(arguments) is { } node:
                    log.Did(new DiskOp.Truncate(node, Last(arguments)));
                    break;
                case "fsync" or "fdatasync" when Handle(arguments) is { } synced:
                    if (log.NodeOf(synced) >= 0) log.Did(new DiskOp.Sync(log.NodeOf(synced)));
                    else log.Did(new DiskOp.SyncFolder(synced));
                    break;
                case "rename" or "renameat" or "renameat2" when Strings(arguments) is [var from, var to]:
                    if (Inside(from) is { } old && Inside(to) is { } fresh) log.Renamed(old, fresh);
                    else if (Inside(from) is not null || Inside(to) is not null) throw new InvalidOperationException($"A rename over the edge of the folder is not understood: {from} to {to}.");
                    break;
                case "unlink" or "unlinkat" or "rmdir" when Strings(arguments) is [var path, ..] && Inside(path) is { } gone:
                    log.Deleted(gone, syncFolder: false);
                    break;
                case "mkdir" or "mkdirat" when Strings(arguments) is [var path, ..] && Inside(path) is { } made:
                    log.Did(new DiskOp.MakeFolder(made));
                    break;
                case "write" or "writev" or "fallocate" or "link" or "linkat" or "symlink" or "symlinkat" or "copy_file_range" or "sendfile" when Handle(arguments) is not null || Strings(arguments).Any(one => Inside(one) is not null):
                    throw new InvalidOperationException($"{call} on a file of the folder is not understood by the recorder.");
            }
        }

        private int? Node(string arguments) => Handle(arguments) is { } name && log.NodeOf(name) is >= 0 and int node ? node : null;

        // The path of the first file descriptor, where it lies in the folder.
        private string? Handle(string arguments) => Descriptor().Match(arguments) is { Success: true } handle ? Inside(Encoding.UTF8.GetString(Unhex(handle.Groups[1].Value))) : null;

        private string? Inside(string path)
        {
            if (path == folder) return "";
            return path.StartsWith(folder + "/", StringComparison.Ordinal) ? path[(folder.Length + 1)..] : null;
        }

        private static List<string> Strings(string arguments) => [.. Texts().Matches(arguments).Select(one => Encoding.UTF8.GetString(Unhex(one.Groups[1].Value)))];

        private static byte[] Bytes(string arguments) => Texts().Match(arguments) is { Success: true } text ? Unhex(text.Groups[1].Value) : [];

        private static long Last(string arguments) => long.Parse(arguments[(arguments.LastIndexOf(',') + 1)..].Trim(), CultureInfo.InvariantCulture);

        private static byte[] Unhex(string text) => Convert.FromHexString(text.Replace("\\x", "", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^<\.\.\. \w+ resumed>")]
    private static partial Regex Resumed();

    [GeneratedRegex(@"^(\w+)\((.*)\)\s+= (-?\d+)")]
    private static partial Regex Call();

    [GeneratedRegex(@"""((?:\\x[0-9a-f]{2})*)""")]
    private static partial Regex Texts();

    [GeneratedRegex(@"^\d+<((?:\\x[0-9a-f]{2})+)>")]
    private static partial Regex Descriptor();

    [GeneratedRegex(@"\], \d+, (\d+)(?:, 0)?$")]
    private static partial Regex Vector();
}
