using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Devices.Contract.Updates;

/// <summary>One file of a package.</summary>
/// <param name="Path">Relative, with <c>/</c>.</param>
/// <param name="Run">Whether it may be run.</param>
public sealed record PackageFile(string Path, long Size, string Sha256, bool Run = false);

/// <summary><c>files.json</c>, first in every package: every other file in it. Its SHA-256 stands in the signed metadata.</summary>
public sealed partial record PackageFiles(IReadOnlyList<PackageFile> Files)
{
    public const string Name = "files.json";
    public const int MaxFiles = 4096;
    public const int MaxBytes = 1024 * 1024;

    /// <exception cref="UpdateRefusedException">It cannot be read, or names a file outside of the package.</exception>
    public static PackageFiles Read(ReadOnlySpan<byte> bytes)
    {
        PackageFiles? read;
        try
        {
            read = JsonSerializer.Deserialize(bytes, PackageJson.Default.PackageFiles);
        }
        catch (JsonException fault)
        {
            throw new UpdateRefusedException(UpdateRefusal.Malformed, "The package's list of files cannot be read.", fault);
        }

        if (read?.Files is not { Count: > 0 and <= MaxFiles } files) throw new UpdateRefusedException(UpdateRefusal.Malformed, $"A package has from 1 to {MaxFiles} files.");
        if (files.Any(one => one is null || !IsSafe(one.Path) || one.Size is < 0 or > UpdateLimits.Package || one.Sha256?.Length != 64) || files.Select(one => one.Path).Distinct(StringComparer.Ordinal).Count() != files.Count)
            throw new UpdateRefusedException(UpdateRefusal.Malformed, "The package's list of files names one twice, outside of the package, or without size and SHA-256.");
        return read;
    }

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, PackageJson.Default.PackageFiles);

    /// <summary>Whether a path stays inside of the package.</summary>
    public static bool IsSafe(string? path) =>
        path is { Length: > 0 and <= 200 } && path != Name && Safe().IsMatch(path) && !path.Split('/').Any(part => part is "" or "." or "..");

    [GeneratedRegex(@"\A[^\x00-\x1f\\:*?""<>|/][^\x00-\x1f\\:*?""<>|]*\z")]
    private static partial Regex Safe();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(PackageFiles))]
internal sealed partial class PackageJson : JsonSerializerContext;
