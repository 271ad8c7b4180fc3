using System.Runtime.InteropServices;

namespace Devices.Cli.Provisioning.Run;

/// <summary>The board as its firmware describes it.</summary>
/// <param name="Serial">Null where it tells none to this user.</param>
public sealed record BoardFacts(string Model, string? Serial, Architecture Architecture)
{
    // The device tree of ARM boards, DMI of PCs.
    private static readonly string[] Models = ["proc/device-tree/model", "sys/class/dmi/id/product_name"];

    public static BoardFacts Read(string root = "/") => new(First(root, Models) ?? "a board without a name", BoardSerial.Read(root), RuntimeInformation.OSArchitecture);

    private static string? First(string root, string[] files)
    {
        foreach (string file in files)
        {
            try
            {
                string text = new([.. File.ReadAllText(Path.Combine(root, file)).Where(one => !char.IsControl(one))]);
                // What PC makers write where they write nothing.
                if (text.Trim() is { Length: > 0 } told && !told.Contains("O.E.M.", StringComparison.OrdinalIgnoreCase) && told is not ("None" or "Default string" or "Not Specified" or "0")) return told;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another place may have it.
            }
        }

        return null;
    }
}
