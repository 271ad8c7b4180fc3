using System.Globalization;
using Devices.Cli.App;
using Devices.Cli.Flash.Images;
using Spectre.Console;

namespace Devices.Cli.Flash;

/// <summary><c>devices flash write</c>: writes runtime and program into one or several boards, proved by the chip's own MD5.</summary>
public sealed class FlashWriteCommand(IAnsiConsole console, CliHost host) : CliCommand<FlashWriteSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(FlashWriteSettings settings, Output output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(output);
        Func<FlashSession, CancellationToken, FlashPlan> plan = PlanReader.Of(settings, Host.WorkingDirectory);
        return new BoardRun(settings, output).RunAsync((session, progress, cancel) =>
        {
            FlashPlan checkedPlan = plan(session, cancel);
            FlashWriter writer = new(session, progress);
            writer.Write(checkedPlan, cancel);
            if (!settings.Stay) session.Restart();
            long total = checkedPlan.Parts.Sum(part => (long)part.Content.Length);
            return new(total - writer.Skipped, writer.Skipped, writer.Retries, string.Create(CultureInfo.InvariantCulture,
                $"{session.Chip.Name} {session.Mac}: {total:N0} bytes in flash and verified ({writer.Skipped:N0} were there already)."));
        }, cancellationToken);
    }
}

/// <summary><c>devices flash verify</c>: compares flash with files, changing nothing.</summary>
public sealed class FlashVerifyCommand(IAnsiConsole console, CliHost host) : CliCommand<ImageSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(ImageSettings settings, Output output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(output);
        Func<FlashSession, CancellationToken, FlashPlan> plan = PlanReader.Of(settings, Host.WorkingDirectory);
        return new BoardRun(settings, output).RunAsync((session, progress, cancel) =>
        {
            string? difference = new FlashWriter(session, progress).Compare(plan(session, cancel), cancel);
            session.Restart();
            return difference is null ? new(Says: "flash holds exactly these files.") : throw new CliException(ExitCodes.FlashDiffers, difference);
        }, cancellationToken);
    }
}

/// <summary><c>devices flash info</c>: which chip, which flash, which partitions.</summary>
public sealed class FlashInfoCommand(IAnsiConsole console, CliHost host) : CliCommand<BoardSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(BoardSettings settings, Output output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(output);
        return new BoardRun(settings, output).RunAsync((session, _, cancel) =>
        {
            string closed = session.Security == new Rom.SecurityInfo(false, false, false) ? "open" : $"closed ({session.Security})";
            string text = $"{session.Chip.Name}, MAC {session.Mac}, flash {session.FlashBytes >> 20} MiB, {closed}, at {session.Baud} baud.";
            if (!session.Security.SecureDownload && !session.Security.FlashEncryption) text += Partitions(session, cancel);
            session.Restart();
            return new(Says: text);
        }, cancellationToken);
    }

    private static string Partitions(FlashSession session, CancellationToken cancellationToken)
    {
        byte[] bytes = session.Loader.ReadProved(PartitionTable.Address, PartitionTable.MaxBytes, null, cancellationToken);
        if (PartitionTable.IsBlank(bytes)) return " No partition table: nothing was ever flashed.";
        try
        {
            return string.Concat(PartitionTable.Parse(bytes, "its partition table").Partitions.Select(one => $"\n  0x{one.Address:X6} {one.Length >> 10,6} KiB  {one.Label}"));
        }
        catch (ImageRefusedException fault)
        {
            return " " + fault.Message;
        }
    }
}

/// <summary><c>devices flash erase</c>: empties the flash or a region.</summary>
public sealed class FlashEraseCommand(IAnsiConsole console, CliHost host) : CliCommand<FlashEraseSettings>(console, host)
{
    private const uint Piece = 1 << 20;

    protected override Task<ExitCode> RunAsync(FlashEraseSettings settings, Output output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(output);
        (uint Address, uint Length)? region = settings.Region is null ? null : Regions.Parse(settings.Region);
        if (region is { } given && (given.Address % Rom.RomLoader.SectorBytes != 0 || given.Length % Rom.RomLoader.SectorBytes != 0))
            throw new CliException(ExitCodes.Usage, $"--region {settings.Region} does not consist of whole sectors of 4 KiB.");
        if (!settings.Yes)
        {
            if (!output.Interactive) throw new CliException(ExitCodes.AnswerMissing, "Erasing loses the terminal's identity, settings and waiting punches.", "Give --yes where that is wanted.");
            if (!output.Console.Confirm("Erase? The terminal's identity, settings and waiting punches on the chip are lost.", defaultValue: false)) return Task.FromResult(ExitCodes.Interrupted);
        }

        return new BoardRun(settings, output).RunAsync((session, progress, cancel) =>
        {
            PlanReader.Refuse(session);
            (uint address, uint length) = region ?? (0, session.FlashBytes);
            if (address + (ulong)length > session.FlashBytes) throw new CliException(ExitCodes.Usage, $"--region ends at 0x{address + (ulong)length:X}, beyond this board's {session.FlashBytes >> 20} MiB of flash.");
            // A piece at a time: the ROM is silent while it erases, and a person should see it go on.
            for (uint done = 0; done < length; done += Piece)
            {
                cancel.ThrowIfCancellationRequested();
                session.Loader.Erase(session.Chip, address + done, Math.Min(Piece, length - done));
                progress(new("erase", Math.Min(done + Piece, length), length, 0));
            }

            return new(length, Says: $"0x{address:X}–0x{address + length:X} is empty.");
        }, cancellationToken);
    }
}
