namespace Devices.Edge.Vision.Match;

/// <summary>The gallery's working file cannot be read or written. The templates themselves are the host's and safe; a new gallery filled from them works again.</summary>
public sealed class GalleryStorageException : IOException
{
    public GalleryStorageException()
    {
    }

    public GalleryStorageException(string message)
        : base(message)
    {
    }

    public GalleryStorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
