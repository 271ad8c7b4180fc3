namespace Devices.Terminal.Parts;

/// <summary>A reader that can say why a reading gave no UID; <see cref="ICardReader.TakeDamaged"/> is true for each of them too.</summary>
public interface ICardRefusal
{
    /// <summary>The reason of what <see cref="ICardReader.TakeDamaged"/> reported last.</summary>
    CardRefusal LastRefusal { get; }
}
