using Devices.Cli.Hardware;

namespace Devices.Firmware.Tests.Hardware;

/// <summary>The files of hardware/ as the tests read them.</summary>
internal static class HardwareFiles
{
    public static string PathOf(string file) => Path.Combine(Repo.Root, "hardware", file);

    public static PinMap Map() => PinMap.Read(File.ReadAllText(PathOf("pinmap.json")));

    /// <summary>A CSV file (RFC 4180) by its header's names.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Csv(string file)
    {
        string[][] rows = [.. File.ReadAllLines(PathOf(file)).Where(line => line.Length > 0).Select(Fields)];
        rows.ShouldAllBe(row => row.Length == rows[0].Length, $"{file}: every row has the header's number of fields");
        return [.. rows.Skip(1).Select(row => rows[0].Zip(row).ToDictionary(pair => pair.First, pair => pair.Second))];
    }

    private static string[] Fields(string line)
    {
        List<string> fields = [""];
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '"')
            {
                if (quoted && i + 1 < line.Length && line[i + 1] == '"')
                {
                    fields[^1] += '"';
                    i++;
                }
                else
                {
                    quoted = !quoted;
                }
            }
            else if (line[i] == ',' && !quoted)
            {
                fields.Add("");
            }
            else
            {
                fields[^1] += line[i];
            }
        }

        quoted.ShouldBeFalse(line);
        return [.. fields];
    }
}
