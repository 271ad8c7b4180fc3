namespace Devices.Edge.Agent.Gallery;

/// <summary>The gallery cannot be opened or read. The message is one sentence for a technician; nothing was deleted.</summary>
public sealed class GalleryException : Exception
{
    public GalleryException()
    {
    }

    public GalleryException(string message) : base(message)
    {
    }

    public GalleryException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
