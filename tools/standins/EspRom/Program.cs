using System.Globalization;
using System.Runtime.InteropServices;
using Devices.Standins.EspRom;

const string Usage = """
    standin-esp-rom: a stand-in of an ESP32 board in its ROM loader. Nothing is executed; flash is memory.

      --chip esp32s3        esp32, esp32s3, esp32c3, or esp32c6 (which the terminal's firmware is not for)
      --flash-mib 4         size of its flash
      --rfc2217 PORT        behind an RFC 2217 server on loopback, with control wires; 0 takes a free port.
                            Without it behind a pseudo-terminal, without wires, held in its loader
    """;

try
{
    RomChip chip = RomChip.Esp32S3;
    int flash = 4;
    int? port = null;
    for (int i = 0; i < args.Length; i += 2)
    {
        if (args[i] is "--help" or "-h")
        {
            Console.WriteLine(Usage);
            return 0;
        }

        string value = i + 1 < args.Length ? args[i + 1] : throw new BadInputException($"{args[i]} needs a value.");
        switch (args[i])
        {
            case "--chip":
                chip = RomChip.Named(value);
                break;
            case "--flash-mib" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out flash) && flash is 1 or 2 or 4 or 8 or 16 or 32:
                break;
            case "--rfc2217" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < 65536:
                port = number;
                break;
            default:
                throw new BadInputException($"'{args[i]} {value}' is not understood; see --help.");
        }
    }

    using PlayedBoard board = port is { } at ? PlayedBoard.OnNetwork(chip, flash, port: at) : PlayedBoard.OnPseudoTerminal(chip, flash);
    Console.WriteLine($"standin-esp-rom is a {chip.Name} at {board.Port}");
    using ManualResetEventSlim stop = new();
    using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => { context.Cancel = true; stop.Set(); });
    using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => { context.Cancel = true; stop.Set(); });
    stop.Wait();
    return 0;
}
catch (BadInputException fault)
{
    Console.Error.WriteLine($"standin-esp-rom: {fault.Message}");
    return 2;
}
