using Devices.Cli.App;
using Devices.Cli.Flash.Images;

namespace Devices.Cli.Flash;

/// <summary>Makes a plan of what the technician named, for the chip that was found.</summary>
internal static class PlanReader
{
    /// <summary>Checks the flags before any board is touched.</summary>
    /// <exception cref="CliException">Nothing to write, or a piece that cannot be read.</exception>
    public static Func<FlashSession, CancellationToken, FlashPlan> Of(ImageSettings settings, string workingDirectory)
    {
        if (settings.Runtime is null && settings.App is null && settings.Images.Length == 0)
            throw new CliException(ExitCodes.AnswerMissing, "Nothing to write was named.", "Give --runtime, --app or --image.");
        string? runtime = settings.Runtime is null ? null : Path.GetFullPath(settings.Runtime, workingDirectory);
        if (runtime is not null && !Directory.Exists(runtime) && !File.Exists(runtime)) throw new CliException(ExitCodes.ImageRefused, $"There is no runtime '{runtime}'.");
        FlashPart? app = settings.App is null ? null : new(Path.GetFileName(settings.App), 0, Bytes(settings.App, workingDirectory));
        List<FlashPart> images = [.. settings.Images.Select(image => Image(image, workingDirectory))];
        return (session, cancellationToken) =>
        {
            Refuse(session);
            List<FlashPart> parts = [.. images];
            if (runtime is not null) parts.AddRange(RuntimeFolder.Read(runtime, session.Chip, session.FlashBytes));
            return FlashPlan.Make(parts, app, session.Chip, session.FlashBytes,
                () => session.Loader.ReadProved(PartitionTable.Address, PartitionTable.MaxBytes, null, cancellationToken));
        };
    }

    /// <summary>Refuses a chip that is closed by its eFuses, or whose flash is not known.</summary>
    public static void Refuse(FlashSession session)
    {
        string? closed = session.Security switch
        {
            { SecureDownload: true } => "secure download mode",
            { SecureBoot: true } => "secure boot",
            { FlashEncryption: true } => "flash encryption",
            _ => null,
        };
        if (closed is not null) throw new CliException(ExitCodes.BoardClosed, $"This chip's eFuses have {closed} on: plain images would not start, and the chip could be lost.");
        if (session.FlashBytes == 0) throw new CliException(ExitCodes.FlashUnknown, "The flash chip does not tell its size.");
    }

    private static FlashPart Image(string text, string workingDirectory)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || !Regions.TryAddress(text[..equals], out uint address)) throw new CliException(ExitCodes.Usage, $"--image '{text}' is not ADDRESS=FILE.", "Write it as 0x10000=nanoCLR.bin.");
        string file = text[(equals + 1)..];
        return new(Path.GetFileName(file), address, Bytes(file, workingDirectory));
    }

    private static byte[] Bytes(string file, string workingDirectory)
    {
        string path = Path.GetFullPath(file, workingDirectory);
        if (!File.Exists(path)) throw new CliException(ExitCodes.ImageRefused, $"There is no file '{path}'.");
        if (new FileInfo(path).Length > 128 << 20) throw new CliException(ExitCodes.ImageRefused, $"'{path}' is larger than any flash.");
        return File.ReadAllBytes(path);
    }
}
