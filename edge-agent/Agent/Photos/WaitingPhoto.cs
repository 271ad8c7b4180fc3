namespace Devices.Edge.Agent.Photos;

/// <summary>A photo on its way to the bridge.</summary>
/// <param name="Seq">Its punch's place in the ledger.</param>
/// <param name="Sha256">Of the JPEG, 64 lower-case hex digits; what the punch names.</param>
/// <param name="Person">Of the punch.</param>
/// <param name="Bytes">On the disk.</param>
public sealed record WaitingPhoto(long Seq, string Sha256, string Person, long Bytes)
{
    /// <summary>The file's name, which is sealed with it.</summary>
    public string Name => NameOf(Seq, Sha256);

    internal static string NameOf(long seq, string sha256) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{seq}-{sha256}.photo");
}
