namespace Devices.Bridge.Exports;

/// <summary>Writes a table into a stream, in memory that does not grow with its rows.</summary>
public interface ITableWriter
{
    /// <summary>Of the file, without the dot.</summary>
    string Extension { get; }

    string ContentType { get; }

    /// <summary>Writes it all; returns the number of rows.</summary>
    /// <param name="progress">Called now and then with the rows so far.</param>
    Task<long> WriteAsync(ExportTable table, Stream file, Func<long, CancellationToken, Task> progress, CancellationToken cancellationToken);
}
