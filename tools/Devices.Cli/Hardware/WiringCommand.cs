using System.Text.Json;
using Devices.Cli.App;
using Spectre.Console;

namespace Devices.Cli.Hardware;

/// <summary><c>devices hardware wiring</c>: checks pinmap.json and draws the wiring of each of its boards as SVG.</summary>
public sealed class WiringCommand(IAnsiConsole console, CliHost host) : CliCommand<WiringSettings>(console, host)
{
    protected override async Task<ExitCode> RunAsync(WiringSettings settings, Output output, CancellationToken cancellationToken)
    {
        string folder = settings.Folder is { } given ? Path.GetFullPath(given, Host.WorkingDirectory)
            : Repository.Root(Host.WorkingDirectory) is { } root ? Path.Combine(root, "hardware")
            : throw new CliException(ExitCodes.AnswerMissing, "This is no checkout, so the pin map's folder has to be given.", "Give --folder.");
        string file = Path.Combine(folder, "pinmap.json");
        if (!File.Exists(file)) throw new CliException(ExitCodes.PinMapRefused, $"There is no {file}.", "Give --folder with the folder that holds pinmap.json.");
        PinMap map;
        try
        {
            map = PinMap.Read(await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false));
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCodes.PinMapRefused, $"{file} is not a pin map: {e.Message}", inner: e);
        }

        IReadOnlyList<string> faults = map.Faults();
        if (faults.Count > 0) throw new CliException(ExitCodes.PinMapRefused, $"The pin map cannot be wired: {string.Join(" ", faults)}");
        List<string> written = [];
        foreach (PinMapBoard board in map.Boards)
        {
            string target = Path.Combine(folder, Path.GetFileName(board.File));
            await File.WriteAllTextAsync(target, WiringDiagram.Draw(map, board), cancellationToken).ConfigureAwait(false);
            written.Add(target);
            output.Say($"{board.Name}: {target}");
        }

        output.Json(written, CliJson.Default.ListString);
        return ExitCodes.Ok;
    }
}
