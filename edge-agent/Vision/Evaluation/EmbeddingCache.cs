using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>
/// Embeddings on the disk, by the SHA-256 of the picture's bytes, one file for each pack: a second evaluation, or one
/// that was cut off, embeds only what it has not seen. Records have one size and a check sum each, and are only ever
/// appended, so that a torn last record is dropped at the next opening. The file holds biometric templates in the
/// clear: it is made for its owner alone (mode 0600) and belongs to the machine that evaluates. Thread-safe.
/// </summary>
public sealed class EmbeddingCache : IDisposable
{
    // Part of the file's name: raise it when the way from picture to embedding changes here.
    private const string Protocol = "centre-face-2";
    private const int HashBytes = 32, CheckBytes = 8, Numbers = 14;
    private readonly FileStream _stream;
    private readonly Dictionary<string, long> _at = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly int _size;
    private readonly int _recordBytes;

    private EmbeddingCache(string path, int embeddingSize)
    {
        _size = embeddingSize;
        _recordBytes = HashBytes + (4 * Numbers) + (4 * embeddingSize) + CheckBytes;
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        Path = path;
        _stream = new FileStream(path, options);
        Index();
    }

    public string Path { get; }

    /// <summary>Pictures known.</summary>
    public int Count => _at.Count;

    /// <summary>Opens the pack's file below a folder, which is made where it is missing.</summary>
    /// <exception cref="IOException">The file cannot be opened; also when another evaluation holds it.</exception>
    public static EmbeddingCache Open(string folder, PackManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return new EmbeddingCache(System.IO.Path.Combine(folder, $"{manifest.Templates}-{Fingerprint(manifest)}.embeddings"), manifest.Embedder.Size);
    }

    /// <summary>Fills the picture in from the file; false where its hash is not known.</summary>
    public bool TryFill(string hash, EvaluationPicture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var record = new byte[_recordBytes];
        lock (_lock)
        {
            if (!_at.TryGetValue(hash, out var at))
            {
                return false;
            }

            _stream.Position = at;
            _stream.ReadExactly(record);
        }

        var numbers = MemoryMarshal.Cast<byte, float>(record.AsSpan(HashBytes, 4 * Numbers));
        picture.Outcome = (PictureOutcome)numbers[0];
        picture.Faces = (int)numbers[1];
        picture.Quality = new FaceQuality((QualityReason)numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7], numbers[8], numbers[9], numbers[10], numbers[11]) { EyeTexture = numbers[12], MouthTexture = numbers[13] };
        picture.Embedding = picture.Outcome == PictureOutcome.Embedded
            ? MemoryMarshal.Cast<byte, float>(record.AsSpan(HashBytes + (4 * Numbers), 4 * _size)).ToArray()
            : null;
        return true;
    }

    /// <summary>Appends what was found for a picture that could be decoded.</summary>
    public void Add(string hash, EvaluationPicture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var record = new byte[_recordBytes];
        Convert.FromHexString(hash, record.AsSpan(0, HashBytes), out _, out _);
        var q = picture.Quality;
        float[] numbers = [(float)picture.Outcome, picture.Faces, (float)q.Reason, q.Score, q.EyeDistance, q.Residual, q.Yaw, q.Pitch, q.Roll, q.Brightness, q.Contrast, q.Sharpness, q.EyeTexture, q.MouthTexture];
        numbers.CopyTo(MemoryMarshal.Cast<byte, float>(record.AsSpan(HashBytes, 4 * Numbers)));
        picture.Embedding?.CopyTo(MemoryMarshal.Cast<byte, float>(record.AsSpan(HashBytes + (4 * Numbers), 4 * _size)));
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(_recordBytes - CheckBytes), Check(record));
        lock (_lock)
        {
            if (_at.ContainsKey(hash))
            {
                return;
            }

            var end = (long)_at.Count * _recordBytes;
            _stream.Position = end;
            _stream.Write(record);
            _at.Add(hash, end);
        }
    }

    public void Dispose() => _stream.Dispose();

    // What decides an embedding: weights and preprocessing, not words, licence or calibration.
    private static string Fingerprint(PackManifest m)
    {
        var text = Protocol + JsonSerializer.Serialize(m with { Version = "", TemplateVersion = null, Description = "", TrainingData = "", Licences = [], Calibration = null, Files = [.. m.Files.Select(f => f with { Source = new PackSource() })] }, PackJson.Default.PackManifest);
        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)))[..12];
    }

    private static ulong Check(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(record[..^CheckBytes]));

    private void Index()
    {
        var record = new byte[_recordBytes];
        long at = 0;
        for (; at + _recordBytes <= _stream.Length; at += _recordBytes)
        {
            _stream.ReadExactly(record);
            if (BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(_recordBytes - CheckBytes)) != Check(record)
                || !_at.TryAdd(Convert.ToHexStringLower(record.AsSpan(0, HashBytes)), at))
            {
                break;
            }
        }

        // Whatever follows was torn by a crash: those pictures are embedded again.
        _stream.SetLength(at);
    }
}
