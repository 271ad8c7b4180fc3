using System.Collections;
using System.Runtime.InteropServices;
using System.Text.Json;
using Devices.Contract.Updates;

namespace Devices.Edge.Agent.Updates;

/// <summary>
/// <c>Devices.Edge.Agent --launch …</c>: decides which version of the agent starts, and becomes it (execve: the same process for systemd). It belongs to what the terminal was set up with, in a
/// folder that the agent's account cannot write, and is not updated itself. Whatever is wrong with the slots, it ends in a running agent: its own.
/// </summary>
public static partial class SlotLauncher
{
    public const string Verb = "--launch";
    public const string RootFile = "update-root.json";

    /// <summary>Environment for what is started: which slot it is, why, and what the set-up's own version can read.</summary>
    public const string SlotVariable = "DEVICES_SLOT", NoteVariable = "DEVICES_SLOT_NOTE", FirstReadsVariable = "DEVICES_FIRST_READS", FirstFolderVariable = "DEVICES_FIRST_FOLDER";

    /// <summary>Becomes the slot's agent and does not return; or returns where this program itself is to run.</summary>
    public static void Launch(IReadOnlyList<string> arguments)
    {
        string home = AppContext.BaseDirectory;
        Environment.SetEnvironmentVariable(FirstFolderVariable, home);
        Environment.SetEnvironmentVariable(FirstReadsVariable, StateFormat.Reads.ToString(System.Globalization.CultureInfo.InvariantCulture));
        string? note = null;
        try
        {
            if (StateOf(arguments) is { } state && File.Exists(Path.Combine(home, RootFile)))
            {
                LinuxUpdateDisk disk = new();
                SlotFamily family = Family(disk, state, File.ReadAllBytes(Path.Combine(home, RootFile)));
                Decide(family, (slot, said) =>
                {
                    note = said;
                    if (slot is not null) Become(Path.Combine(family.FolderOf(slot), "Devices.Edge.Agent"), arguments, slot, said);
                });
            }
        }
        catch (Exception fault)
        {
            note = $"Recovery: the slots cannot be judged ({fault.Message}); what this terminal was set up with runs.";
        }

        Environment.SetEnvironmentVariable(SlotVariable, "first");
        Environment.SetEnvironmentVariable(NoteVariable, note);
    }

    public static SlotFamily Family(IUpdateDisk disk, string state, byte[] firstRoot) =>
        new(disk, Path.Combine(state, "slots"), new PackageTrust(firstRoot, new MetadataFolder(disk, Path.Combine(state, "updates", "metadata"))));

    /// <summary>Chooses, and where the system does not start what was chosen, chooses again. The last call is for no slot, unless an earlier one did not return.</summary>
    public static void Decide(SlotFamily family, Action<string?, string?> start)
    {
        ArgumentNullException.ThrowIfNull(family);
        ArgumentNullException.ThrowIfNull(start);
        SlotChoice choice = family.Choose(count: true);
        if (choice is { Slot: { } trial, Trial: true })
        {
            start(trial, choice.Note);
            BadVersion bad = family.Drop(UpdateCodes.CannotStart, "The system could not start its program.");
            choice = family.Choose(count: false) with { Note = $"Version {bad.Version} was rolled back: {bad.Text}" };
        }

        if (choice.Slot is { } slot)
        {
            start(slot, choice.Note);
            choice = new(null, false, $"Recovery: the system could not start the program in slot {slot}; what this terminal was set up with runs.");
        }

        start(null, choice.Note);
    }

    /// <summary>The state directory as the agent will read it, without judging any other setting: a newer version may know more of them.</summary>
    public static string? StateOf(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        string? config = null, given = null;
        for (int i = 0; i < arguments.Count; i++)
        {
            string one = arguments[i];
            if (one == "--config" && i + 1 < arguments.Count) config = arguments[++i];
            else if (one.StartsWith("--config=", StringComparison.OrdinalIgnoreCase)) config = one["--config=".Length..];
            else if (one.StartsWith("--State=", StringComparison.OrdinalIgnoreCase)) given = one["--State=".Length..];
        }

        given ??= Environment.GetEnvironmentVariable("DEVICES_AGENT__State");
        if (given is null && config is not null && File.Exists(config))
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(config), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            foreach (JsonProperty one in json.RootElement.EnumerateObject())
                if (one.Name.Equals("State", StringComparison.OrdinalIgnoreCase) && one.Value.ValueKind == JsonValueKind.String) given = one.Value.GetString();
        }

        return string.IsNullOrWhiteSpace(given) ? null : Path.GetFullPath(given);
    }

    // Returns only where the system refused.
    private static void Become(string program, IReadOnlyList<string> arguments, string slot, string? note)
    {
        Dictionary<string, string> environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(one => (string)one.Key, one => one.Value as string ?? "", StringComparer.Ordinal);
        environment[SlotVariable] = slot;
        environment.Remove(NoteVariable);
        if (note is not null) environment[NoteVariable] = note;
        string?[] argv = [program, .. arguments, null];
        string?[] envp = [.. environment.Select(one => $"{one.Key}={one.Value}"), null];
        _ = Execve(program, argv, envp);
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execve(string path, string?[] arguments, string?[] environment);
}
