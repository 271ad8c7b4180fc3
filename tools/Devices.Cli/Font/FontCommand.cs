using Devices.Cli.App;
using Spectre.Console;

namespace Devices.Cli.Font;

/// <summary><c>devices font</c>: makes the terminal's bitmap font from a font file.</summary>
public sealed class FontCommand(IAnsiConsole console, CliHost host) : CliCommand<FontSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(FontSettings settings, Output output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Height is < 8 or > 24 || settings.Height % 2 != 0) throw new CliException(ExitCodes.Usage, $"--height {settings.Height} has to be even, 8 to 24.");
        string from = Path.GetFullPath(settings.From, Host.WorkingDirectory), target = Path.GetFullPath(settings.Out, Host.WorkingDirectory);
        if (!File.Exists(from)) throw new CliException(ExitCodes.FontRefused, $"There is no font file '{from}'.");
        byte[] font;
        try
        {
            font = FontBuilder.Build(from, settings.Height, settings.Small);
        }
        catch (InvalidDataException e)
        {
            throw new CliException(ExitCodes.FontRefused, e.Message, inner: e);
        }

        File.WriteAllBytes(target, font);
        int characters = GlyphSet.Half.Length + GlyphSet.Full(settings.Small).Length;
        output.Say($"{target}: {characters} characters of {settings.Height} dots, {font.Length} bytes.");
        output.Json(new FontReport(target, characters, settings.Height, font.Length), CliJson.Default.FontReport);
        return Task.FromResult(ExitCodes.Ok);
    }
}
