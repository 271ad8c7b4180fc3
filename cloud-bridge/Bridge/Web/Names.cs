namespace Devices.Bridge.Web;

/// <summary>Names of enum values as addresses, attributes and text keys write them.</summary>
public static class Names
{
    /// <summary>Lower case.</summary>
#pragma warning disable CA1308 // The written form is lower case by contract.
    public static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
