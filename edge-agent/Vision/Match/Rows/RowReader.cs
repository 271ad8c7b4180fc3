using System.Security.Cryptography;

namespace Devices.Edge.Vision.Match.Rows;

/// <summary>One thread's buffers and cipher for reading sealed rows, made at its first sealed row and reused.</summary>
internal sealed class RowReader : IDisposable
{
    private byte[]? _cipherText;
    private float[]? _plain;
    private AesGcm? _cipher;

    internal Span<byte> CipherText(int bytes) => _cipherText ??= GC.AllocateUninitializedArray<byte>(bytes, pinned: true);

    internal Span<float> Plain(int size) => _plain ??= GC.AllocateUninitializedArray<float>(size, pinned: true);

    internal AesGcm Cipher(SealedFile file) => _cipher ??= file.CreateCipher();

    /// <summary>The last row read does not stay.</summary>
    internal void Forget()
    {
        if (_plain is { } plain)
        {
            Array.Clear(plain);
        }
    }

    public void Dispose()
    {
        Forget();
        _cipher?.Dispose();
    }
}
