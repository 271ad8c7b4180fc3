using Devices.Cli.App;

namespace Devices.Cli.Accuracy;

/// <summary>Reads which folders hold the same person: <c>OTHER = FOLDER</c> a line, <c>#</c> begins a remark.</summary>
public static class SamePeople
{
    public static IReadOnlyDictionary<string, string> Read(string? path)
    {
        var same = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (path is null) return same;
        if (!File.Exists(path)) throw new CliException(ExitCodes.Usage, $"There is no file {path} (--same).");
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            string text = line.Split('#')[0].Trim();
            if (text.Length == 0) continue;
            string[] names = text.Split('=', StringSplitOptions.TrimEntries);
            if (names.Length != 2 || names[0].Length == 0 || names[1].Length == 0 || names[0] == names[1] || !same.TryAdd(names[0], names[1]))
                throw new CliException(ExitCodes.Usage, $"Line {number} of {path} is not OTHER-FOLDER = FOLDER with two different names, each joined once.");
        }

        return same.FirstOrDefault(p => same.ContainsKey(p.Value)) is { Key: { } chained }
            ? throw new CliException(ExitCodes.Usage, $"{path} joins {chained} to a name that is joined itself; name the last one.")
            : same;
    }
}
