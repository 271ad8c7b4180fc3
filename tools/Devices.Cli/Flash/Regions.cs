using System.Globalization;
using Devices.Cli.App;

namespace Devices.Cli.Flash;

/// <summary>Reads addresses as technicians write them: <c>0x1B0000</c> or decimal.</summary>
internal static class Regions
{
    public static bool TryAddress(string text, out uint address) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out address)
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out address);

    /// <exception cref="CliException">It is not ADDRESS+LENGTH.</exception>
    public static (uint Address, uint Length) Parse(string text)
    {
        string[] halves = text.Split('+');
        if (halves.Length == 2 && TryAddress(halves[0], out uint address) && TryAddress(halves[1], out uint length) && length > 0 && address + (ulong)length <= uint.MaxValue) return (address, length);
        throw new CliException(ExitCodes.Usage, $"--region '{text}' is not ADDRESS+LENGTH.", "Write it as 0x8000+0xC00.");
    }
}
