using System.Security.Cryptography;
using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Photos;

/// <summary>
/// A photo is taken only where the policy keeps photos, a stored punch of that terminal names its SHA-256, and the bytes are what the topic
/// says. File first, row second, then the acknowledgement: a crash in between leaves a file that the repeat adopts.
/// </summary>
public sealed class PhotoIntake(PhotoOptions options, PhotoVault vault, IPhotoStore photos, IExceptionStore exceptions, ILogger<PhotoIntake> log) : IPhotoIntake
{
    public const string Full = "photos-full";

    public async Task<Problem?> TakeAsync(string terminal, string sha256, ReadOnlyMemory<byte> picture, CancellationToken cancellationToken)
    {
        if (!options.Enabled) return Say(ProblemCodes.Unwanted, "This bridge keeps no photos: delete it.");
        if (picture.Length == 0) return Say(ProblemCodes.Malformed, "The photo is empty.");
        if (Convert.ToHexStringLower(SHA256.HashData(picture.Span)) != sha256) return Say(ProblemCodes.Malformed, "The photo's bytes do not have the SHA-256 that its topic names.");
        if (!IsJpeg(picture.Span)) return Say(ProblemCodes.Malformed, "The photo is not a JPEG.");
        if ((await photos.NamedByAsync(terminal, sha256, cancellationToken)).Count == 0)
            return Say(ProblemCodes.Gap, "No stored punch of this terminal names this photo: send it after its punch was acknowledged.");
        if ((await photos.TotalAsync(cancellationToken)).Bytes + picture.Length > options.MaxBytes)
        {
            await exceptions.RaiseAsync(new("photos", Full, $"The bridge holds {options.MaxMiB} MiB of photos, which is its limit: new ones wait on their terminals. Raise Bridge:Photos:MaxMiB or lower Bridge:Photos:RetentionDays.") { Cause = Full }, cancellationToken);
            return Say(ProblemCodes.Unavailable, $"The bridge holds {options.MaxMiB} MiB of photos, which is its limit; send it again later.");
        }
        try
        {
            await vault.WriteAsync(sha256, picture, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or BridgeStartException)
        {
            log.LogError("A photo of {Terminal} could not be written and will be sent again: {Fault}", terminal, fault.Message);
            return Say(ProblemCodes.Unavailable, "The bridge cannot store photos now; send it again later.");
        }
        if (await photos.AddAsync(terminal, sha256, picture.Length, cancellationToken)) return null;
        // Removed by retention or erasure, and sent once more by a terminal that had not heard the acknowledgement.
        if (!await photos.IsKeptAsync(sha256, cancellationToken)) vault.Delete(sha256);
        return Say(ProblemCodes.Unwanted, "This photo was removed here: delete it.");
    }

    // SOI and the first marker; whoever looks at it is a browser, which trusts neither.
    private static bool IsJpeg(ReadOnlySpan<byte> picture) => picture is [0xff, 0xd8, 0xff, _, ..];

    private static Problem Say(string code, string text) => new() { Code = code, Text = text };
}
