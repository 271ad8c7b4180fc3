namespace Devices.Edge.Vision.Match.Rows;

/// <summary>
/// The templates of one segment as they were enrolled, in floats, for the last comparison. One writer at a time; a row
/// is not written while a search that may read it is under way.
/// </summary>
internal abstract class ExactRows : IDisposable
{
    /// <summary>Bytes of this process's memory a row costs here.</summary>
    internal abstract int MemoryPerRow { get; }

    internal abstract bool IsSealed { get; }

    internal abstract void Write(int row, ReadOnlySpan<float> values);

    /// <summary>The row; valid until the reader's next call.</summary>
    /// <exception cref="GalleryStorageException">The row cannot be read, or is not what was written.</exception>
    internal abstract ReadOnlySpan<float> Read(int row, RowReader reader);

    /// <summary>Nothing of the row can be read afterwards, by anybody.</summary>
    internal abstract void Erase(int row);

    /// <summary>Erases everything.</summary>
    public abstract void Dispose();
}
