namespace Devices.Bridge.Exports;

#pragma warning disable CA1032 // It always says why.
/// <summary>An export that cannot be made, for a reason that its owner is told.</summary>
public sealed class ExportRefusedException(string key) : Exception(key)
{
    /// <summary>Key of the sentence.</summary>
    public string Key { get; } = key;
}
