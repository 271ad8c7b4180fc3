using Devices.Cli.App;
using Devices.Cli.Flash.Serial;
using Spectre.Console;

namespace Devices.Cli.Flash;

/// <summary>Which boards a run is about: those named, all, the only one there is, or the one that the technician picks.</summary>
internal static class BoardChoice
{
    private static readonly int[] Sizes = [2, 4, 8, 16, 32];

    /// <exception cref="CliException">None was named and there is not exactly one, or a flag is out of range.</exception>
    public static List<string> Ports(BoardSettings settings, Output output)
    {
        if (settings.Baud is < 9_600 or > 4_000_000) throw new CliException(ExitCodes.Usage, $"--baud {settings.Baud} has to be 9600 to 4000000.");
        if (settings.FlashMiB is { } size && !Sizes.Contains(size)) throw new CliException(ExitCodes.Usage, $"--flash-size {size} has to be one of {string.Join(", ", Sizes)}.");
        if (settings.Ports.Length > 0)
        {
            if (settings.All) throw new CliException(ExitCodes.Usage, "--all and --port exclude each other.");
            string? twice = settings.Ports.GroupBy(port => port).FirstOrDefault(group => group.Count() > 1)?.Key;
            return twice is null ? [.. settings.Ports] : throw new CliException(ExitCodes.Usage, $"--port {twice} is given twice.");
        }

        List<SerialPortInfo> found = SerialPorts.List();
        if (found.Count == 0) throw new CliException(ExitCodes.SerialMissing, "No board is connected: this computer has no USB serial port.", "Plug the board in with a cable that carries data, or give --port.");
        if (settings.All || found.Count == 1) return [.. found.Select(port => port.Path)];
        if (!output.Interactive) throw new CliException(ExitCodes.AnswerMissing, $"There are {found.Count} serial ports: {string.Join(", ", found.Select(port => port.Path))}.", "Give --port, or --all.");
        return [output.Console.Prompt(new SelectionPrompt<SerialPortInfo>().Title("Which board?").UseConverter(port => Markup.Escape($"{port.Path}  {port.Product}  {port.Serial}")).AddChoices(found)).Path];
    }

    public static uint? FlashBytes(BoardSettings settings) => settings.FlashMiB is { } size ? (uint)size << 20 : null;
}
