using System.Security.Cryptography;
using Devices.Cli.App;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Models;

/// <summary>Size and SHA-256 of one file, checked before anything is put in place.</summary>
public static class FileCheck
{
    public static async Task<bool> IsAsync(string path, PackFile wanted, CancellationToken cancellationToken) =>
        File.Exists(path) && new FileInfo(path).Length == wanted.Bytes
        && (await HashAsync(path, cancellationToken)).Equals(wanted.Sha256, StringComparison.OrdinalIgnoreCase);

    /// <summary>Deletes a file that is not the wanted one: it must never be taken up by a later run.</summary>
    /// <exception cref="CliException"><see cref="ExitCodes.WrongHash"/>, with the wanted and the found hash.</exception>
    public static async Task DemandAsync(string path, PackFile wanted, string source, CancellationToken cancellationToken)
    {
        long length = new FileInfo(path).Length;
        string found = await HashAsync(path, cancellationToken);
        if (length == wanted.Bytes && found.Equals(wanted.Sha256, StringComparison.OrdinalIgnoreCase)) return;
        File.Delete(path);
        throw new CliException(ExitCodes.WrongHash,
            $"{wanted.Path} from {source} is not the file that the manifest names: wanted SHA-256 {wanted.Sha256} ({wanted.Bytes} bytes), found {found} ({length} bytes). It was thrown away.",
            "Run the install again; if it repeats, the source was altered or the manifest is out of date: do not use it, ask whoever publishes the pack.");
    }

    public static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }
}
