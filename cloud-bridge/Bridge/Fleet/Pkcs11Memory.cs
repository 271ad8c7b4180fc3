using System.Text.Json;

namespace Devices.Bridge.Fleet;

/// <summary>Where the authority's keys are, kept beside it (<c>ca/pkcs11.json</c>, no secret in it), so that a subcommand that is only told <c>--data</c> finds them.</summary>
internal static class Pkcs11Memory
{
    private const string File = "pkcs11.json";

    public static Pkcs11Options Keep(string directory, Pkcs11Options options)
    {
        string file = Path.Combine(directory, File), text = JsonSerializer.Serialize(options);
        if (options.Module.Length == 0)
        {
            System.IO.File.Delete(file);
            return options;
        }

        if (!System.IO.File.Exists(file) || System.IO.File.ReadAllText(file) != text) PrivateFiles.Write(file, text);
        return options;
    }

    /// <exception cref="BridgeStartException">The file cannot be read.</exception>
    public static Pkcs11Options Recall(string directory)
    {
        string file = Path.Combine(directory, File);
        try
        {
            return System.IO.File.Exists(file) ? JsonSerializer.Deserialize<Pkcs11Options>(System.IO.File.ReadAllText(file)) ?? new() : new();
        }
        catch (JsonException fault)
        {
            throw new BridgeStartException($"{file} cannot be read ({fault.Message}): delete it, and start the bridge once with its settings.", fault);
        }
    }
}
