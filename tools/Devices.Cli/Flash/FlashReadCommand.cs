using System.Security.Cryptography;
using Devices.Cli.App;
using Devices.Cli.Flash.Serial;
using Spectre.Console;

namespace Devices.Cli.Flash;

/// <summary><c>devices flash read</c>: copies a region of one board's flash into a file, proved by the chip's own MD5.</summary>
public sealed class FlashReadCommand(IAnsiConsole console, CliHost host) : CliCommand<FlashReadSettings>(console, host)
{
    protected override async Task<ExitCode> RunAsync(FlashReadSettings settings, Output output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(output);
        if (settings.Region.Length == 0) throw new CliException(ExitCodes.AnswerMissing, "What to read was not named.", "Give --region, as 0x8000+0xC00.");
        if (settings.Out.Length == 0) throw new CliException(ExitCodes.AnswerMissing, "Where to write was not named.", "Give --out.");
        (uint address, uint length) = Regions.Parse(settings.Region);
        List<string> ports = BoardChoice.Ports(settings, output);
        if (ports.Count != 1) throw new CliException(ExitCodes.Usage, "Reading is for one board at a time.", "Give one --port.");
        string file = Path.GetFullPath(settings.Out, Host.WorkingDirectory);
        try
        {
            byte[] bytes = await Task.Run(() => Read(ports[0], settings, address, length, cancellationToken), CancellationToken.None);
            Files.WriteAtomically(file, bytes, Files.Secret);
            output.Say($"{file}: {length:N0} bytes from 0x{address:X}, verified.");
            output.Json(new FlashReadReport(true, ports[0], file, address, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))), CliJson.Default.FlashReadReport);
            return ExitCodes.Ok;
        }
        catch (IOException fault) when (FlashFaults.Find(fault) is { } known)
        {
            throw known;
        }
    }

    private static byte[] Read(string port, FlashReadSettings settings, uint address, uint length, CancellationToken cancellationToken)
    {
        using FlashSession session = FlashSession.Open(SerialPorts.Open(port, Rom.RomConnector.StartBaud), settings.Baud, BoardChoice.FlashBytes(settings), cancellationToken);
        if (session.Security.SecureDownload) throw new CliException(ExitCodes.BoardClosed, "This chip's eFuses have secure download mode on: its flash cannot be read.");
        if (session.FlashBytes != 0 && address + (ulong)length > session.FlashBytes) throw new CliException(ExitCodes.Usage, $"--region ends at 0x{address + (ulong)length:X}, beyond this board's {session.FlashBytes >> 20} MiB of flash.");
        byte[] bytes = session.Loader.ReadProved(address, (int)length, null, cancellationToken);
        session.Restart();
        return bytes;
    }
}

/// <summary><c>devices flash ports</c>: the USB serial ports of this computer.</summary>
public sealed class FlashPortsCommand(IAnsiConsole console, CliHost host) : CliCommand<GlobalSettings>(console, host)
{
    protected override bool NeedsOpenSsl => false;

    protected override Task<ExitCode> RunAsync(GlobalSettings settings, Output output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        List<SerialPortInfo> ports = SerialPorts.List();
        foreach (SerialPortInfo port in ports) output.Say($"{port.Path}  {port.Usb}  {port.Product}  {port.Serial}{(port.IsUsbJtag ? "  (the chip's own USB)" : "")}");
        if (ports.Count == 0) output.Say("No board is connected: this computer has no USB serial port. Plug the board in with a cable that carries data.");
        output.Json(ports, CliJson.Default.ListSerialPortInfo);
        return Task.FromResult(ExitCodes.Ok);
    }
}
