using System.Globalization;
using System.Text.Json;
using Devices.Bridge;
using Devices.FleetLoad;
using Devices.FleetLoad.Checks;
using Devices.FleetLoad.Fleet;
using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Peer;
using Devices.FleetLoad.Phases;
using Devices.FleetLoad.Reports;
using Devices.FleetLoad.Soak;

const int Wrong = 1, Usage = 2;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    return args switch
    {
        ["--help" or "-h"] => Say(LoadOptions.Usage, 0),
        // Not for people: the peer's subscriber and the soak's terminal are processes of their own, so that each is measured apart.
        [PeerSubscriber.Verb, .. var rest] => await PeerSubscriber.RunAsync(rest),
        [UplinkProcess.Verb, .. var rest] => await UplinkProcess.RunAsync(rest),
        ["soak", "--help"] => Say(SoakOptions.Usage, 0),
        ["soak", .. var rest] => SoakOptions.Read(rest) is ({ } soak, _) ? await SoakAsync(soak) : Say(SoakOptions.Read(rest).Problem!, Usage),
        _ => LoadOptions.Read(args) is ({ } load, _) ? await LoadAsync(load) : Say($"{LoadOptions.Read(args).Problem}\n{LoadOptions.Usage}", Usage),
    };
}
catch (Exception fault) when (fault is LoadFault or BridgeStartException)
{
    return Say(fault.Message, Wrong);
}

static int Say(string text, int code)
{
    (code == 0 ? Console.Out : Console.Error).WriteLine(text);
    return code;
}

// Without the places of this machine.
static string Command(string[] words)
{
    List<string> told = [];
    for (int i = 0; i < words.Length; i++)
    {
        if (words[i] is not ("--fleet" or "--out" or "--result" or "--bridge" or "--data" or "--postgres")) told.Add(words[i]);
        else if (++i < words.Length && words[i - 1] == "--postgres") told.Add("--postgres CONNECTIONFILE");
        else if (i < words.Length && words[i - 1] == "--data" && words[i].StartsWith("/dev/shm", StringComparison.Ordinal)) told.Add("--data /dev/shm/…");
    }

    return "`Devices.FleetLoad " + string.Join(' ', told) + "`";
}

static async Task<int> LoadAsync(LoadOptions options)
{
    Console.WriteLine($"seed {options.Seed}; {Facts.Line()}");
    Clear(options.Data);
    RunMark.Make(options.Data);
    bool alone = options.Phases is ["compare"];
    using DiskLimit? limit = options.WriteOperations > 0 ? DiskLimit.Set(options.Data, options.WriteOperations) : null;
    using FleetFolder fleet = FleetFolder.Open(options.Fleet, alone ? options.Publishers : options.Phases.Contains("compare") ? Math.Max(options.Terminals, options.Publishers) : options.Terminals, Console.WriteLine);
    List<Section> sections = [];
    List<StoreCheck> checks = [];
    try
    {
        if (!alone)
        {
            (List<Section> some, StoreCheck check) = await new FleetRun(options, fleet, Console.WriteLine).RunAsync();
            sections.AddRange(some);
            checks.Add(check);
        }

        if (options.Phases.Contains("compare"))
        {
            (Section section, StoreCheck check) = await new ComparePhase(options, fleet, Console.WriteLine).RunAsync();
            sections.Add(section);
            checks.Add(check);
        }
    }
    finally
    {
        if (!options.Keep) Clear(options.Data);
    }

    string when = $"{DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC, seed {options.Seed}, {Command(Environment.GetCommandLineArgs()[1..])}. {Facts.Line()}.";
    sections = [.. sections.Select(one => (options.WriteOperations > 0 ? one.Limited(options.WriteOperations) : one) with { Body = when + "\n\n" + one.Body })];
    if (options.Out.Length > 0) Page.Write(options.Out, sections);
    else
        foreach (Section one in sections) Console.WriteLine($"\n## {one.Title}\n\n{one.Body}");
    if (options.Result.Length > 0)
        await File.WriteAllTextAsync(options.Result, JsonSerializer.Serialize(checks.Select(one => new { one.Terminals, one.Acknowledged, one.Made, one.Stored, one.Faults, one.Right }), ResultJson.Options));
    return checks.All(one => one.Right) ? 0 : Wrong;
}

static async Task<int> SoakAsync(SoakOptions options)
{
    Console.WriteLine(Facts.Line());
    Clear(options.Data);
    RunMark.Make(options.Data);
    try
    {
        (List<Section> sections, bool flat) = await new SoakRun(options, Console.WriteLine).RunAsync();
        string when = $"{DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC, {Command(Environment.GetCommandLineArgs()[1..])}. {Facts.Line()}.";
        sections = [.. sections.Select(one => one with { Body = when + "\n\n" + one.Body })];
        if (options.Out.Length > 0) Page.Write(options.Out, sections);
        foreach (Section one in sections) Console.WriteLine($"\n## {one.Title}\n\n{one.Body}");
        return flat ? 0 : Wrong;
    }
    finally
    {
        if (!options.Keep) Clear(options.Data);
    }
}

// Only what this tool made: a directory that holds anything else is left alone.
static void Clear(string data)
{
    if (Directory.Exists(data))
    {
        if (Directory.EnumerateFileSystemEntries(data).Any() && !File.Exists(Path.Combine(data, RunMark.File)))
            throw new LoadFault($"{data} holds what this tool did not make: give another --data.");
        Directory.Delete(data, recursive: true);
    }
}
