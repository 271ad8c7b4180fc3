using Devices.Contract.Messages;

namespace Devices.Bridge.Ingest;

/// <summary>Takes evidence photos off the wire.</summary>
public interface IPhotoIntake
{
    /// <summary>Stores a photo durably, or says why not. Null: it is stored, now or before, and the terminal may delete its copy.</summary>
    /// <param name="sha256">64 lower-case hex digits, from the topic.</param>
    Task<Problem?> TakeAsync(string terminal, string sha256, ReadOnlyMemory<byte> picture, CancellationToken cancellationToken);
}
