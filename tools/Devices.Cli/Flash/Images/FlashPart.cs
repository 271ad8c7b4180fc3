namespace Devices.Cli.Flash.Images;

/// <summary>Bytes and where they go.</summary>
/// <param name="Name">File name, for sentences.</param>
public sealed record FlashPart(string Name, uint Address, byte[] Content)
{
    public uint End => Address + (uint)Content.Length;
}
