using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Devices.Edge.Vision.Match.Scan;

namespace Devices.Edge.Vision.Match.Rows;

/// <summary>
/// One segment's floats in a <see cref="SealedFile"/>. The file holds nothing but AES-256-GCM ciphertext; each row's
/// random nonce and its tag stay in memory. So a row is erased by forgetting 28 bytes: without nonce and tag its
/// ciphertext cannot be opened even with the key, whatever a flash chip keeps of overwritten blocks.
/// </summary>
internal sealed class SealedRows : ExactRows
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int SecretBytes = NonceBytes + TagBytes;
    private readonly SealedFile _file;
    private readonly int _size;
    private readonly long _offset;
    private readonly AlignedBlock<byte> _secrets;
    private readonly RowReader _writer;

    internal SealedRows(SealedFile file, int rows, int size, RowReader writer)
    {
        _file = file;
        _size = size;
        _writer = writer;
        _secrets = new AlignedBlock<byte>(rows * SecretBytes);
        _offset = file.Reserve();
    }

    internal override int MemoryPerRow => SecretBytes;

    internal override bool IsSealed => true;

    internal override void Write(int row, ReadOnlySpan<float> values)
    {
        var nonce = Nonce(row);
        RandomNumberGenerator.Fill(nonce);
        var cipher = _writer.CipherText(_size * sizeof(float));
        _writer.Cipher(_file).Encrypt(nonce, MemoryMarshal.AsBytes(values), cipher, Tag(row));
        _file.Write(At(row), cipher);
    }

    internal override ReadOnlySpan<float> Read(int row, RowReader reader)
    {
        var cipher = reader.CipherText(_size * sizeof(float));
        var plain = reader.Plain(_size);
        _file.Read(At(row), cipher);
        try
        {
            reader.Cipher(_file).Decrypt(Nonce(row), cipher, Tag(row), MemoryMarshal.AsBytes(plain));
        }
        catch (AuthenticationTagMismatchException fault)
        {
            throw new GalleryStorageException("A face template in the gallery's working file is not what was written there; the disk is failing or the file was changed. Start the agent again: it makes a new one.", fault);
        }

        return plain;
    }

    internal override void Erase(int row)
    {
        CryptographicOperations.ZeroMemory(Secret(row));
    }

    public override void Dispose()
    {
        _secrets.Erase();
        _file.Release(_offset);
    }

    /// <summary>Nonce and tag: what opens the row, besides the key.</summary>
    internal Span<byte> Secret(int row) => _secrets.Span.Slice(row * SecretBytes, SecretBytes);

    private long At(int row) => _offset + ((long)row * _size * sizeof(float));

    private Span<byte> Nonce(int row) => Secret(row)[..NonceBytes];

    private Span<byte> Tag(int row) => Secret(row)[NonceBytes..];
}
