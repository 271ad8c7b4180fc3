using System.Text.RegularExpressions;

namespace Devices.Cli.Provisioning;

/// <summary>
/// The board's serial number, for claims that are bound to one board. From the device tree (boards such as the Raspberry Pi: the number that is burnt
/// into the processor), else from DMI (PCs and industrial computers; readable for root only). It is what the board says of itself, no proof: it keeps a
/// claim from being used on the wrong board by mistake, or by somebody who has only read the claim.
/// </summary>
public static partial class BoardSerial
{
    private static readonly string[] Files = ["proc/device-tree/serial-number", "sys/firmware/devicetree/base/serial-number", "sys/class/dmi/id/product_serial", "sys/class/dmi/id/board_serial"];

    // What makers leave in DMI where there is no number.
    private static readonly string[] Fillers = ["none", "default string", "to be filled by o.e.m.", "system serial number", "not specified", "not applicable", "0", "123456789", "0123456789"];

    /// <summary>The number; null where the board has none that can be read.</summary>
    /// <param name="root">Where <c>/</c> is; for tests.</param>
    public static string? Read(string root = "/")
    {
        foreach (string file in Files)
        {
            try
            {
                string text = File.ReadAllText(Path.Combine(root, file)).Trim('\0', ' ', '\t', '\r', '\n');
                if (Serial().IsMatch(text) && !Fillers.Contains(text, StringComparer.OrdinalIgnoreCase)) return text;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another board, or another user: the next one.
            }
        }

        return null;
    }

    [GeneratedRegex(@"\A(?=.*[A-Za-z1-9])[A-Za-z0-9._:-]{1,64}\z")]
    private static partial Regex Serial();
}
