using System.Buffers.Binary;
using System.Net.Sockets;

namespace Devices.Edge.Ledger.Tpm;

/// <summary>
/// One opened TPM: a command goes out, its answer comes back. Opened for one use and closed again: nothing stays loaded in a chip that has room for
/// three keys, and a TPM that goes away is noticed by the next use and by nothing else.
/// </summary>
internal sealed class TpmChannel : IDisposable
{
    private const int MaxAnswer = 4096;
    private const int HeaderBytes = 10;
    private const int Tries = 25;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan TryAgain = TimeSpan.FromMilliseconds(80);
    private readonly TpmAddress _address;
    private readonly Stream _stream;

    private TpmChannel(TpmAddress address, Stream stream) => (_address, _stream) = (address, stream);

    /// <exception cref="TpmException">It is not there, or not for this account.</exception>
    public static TpmChannel Open(TpmAddress address)
    {
        try
        {
            if (!address.IsSocket) return new(address, new FileStream(address.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0));
            Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = (int)AnswerLimit.TotalMilliseconds, SendTimeout = (int)AnswerLimit.TotalMilliseconds };
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(address.Path));
                return new(address, new NetworkStream(socket, ownsSocket: true));
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            throw new TpmException(TpmFault.Denied, $"The TPM at {address} may not be used by the account {Environment.UserName}: let it be in the group that owns {address.Path} (hardware/udev has the rule).", fault);
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            throw new TpmException(TpmFault.Absent, fault is FileNotFoundException or DirectoryNotFoundException or SocketException
                ? $"There is no TPM at {address}: it is not built in, not switched on, or not known to the kernel."
                : $"The TPM at {address} cannot be opened: {fault.Message}", fault);
        }
    }

    /// <summary>Sends a command and returns its answer behind the header. Where the TPM asks for it (it tests itself, it is busy) the command goes again.</summary>
    /// <exception cref="TpmException">It answered an error, or nothing.</exception>
    public byte[] Run(uint command, bool sessions, ReadOnlySpan<byte> body)
    {
        byte[] whole = new TpmWriter().Number16(sessions ? TpmNumbers.Sessions : TpmNumbers.NoSessions).Number32((uint)(HeaderBytes + body.Length)).Number32(command).Raw(body).ToArray();
        for (int left = Tries; ; left--)
        {
            byte[] answer = Exchange(whole);
            uint code = BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(6));
            if (code == 0) return answer[HeaderBytes..];
            if (left == 0 || (code & 0xFFF) is not (TpmNumbers.Retry or TpmNumbers.Yielded or TpmNumbers.Testing)) throw TpmNumbers.Told(_address, command, code);
            Thread.Sleep(TryAgain);
        }
    }

    public void Dispose() => _stream.Dispose();

    private byte[] Exchange(byte[] command)
    {
        try
        {
            _stream.Write(command);
            _stream.Flush();
            // The device gives an answer in one read; a socket may cut it anywhere.
            byte[] buffer = new byte[MaxAnswer];
            int had = 0, whole = HeaderBytes;
            while (had < whole)
            {
                int read = _stream.Read(buffer, had, buffer.Length - had);
                if (read == 0) throw new TpmException(TpmFault.Absent, $"The TPM at {_address} broke off in the middle of an answer.");
                had += read;
                if (had < HeaderBytes) continue;
                uint told = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(2));
                if (told is < HeaderBytes or > MaxAnswer) throw new TpmException(TpmFault.Failed, $"What answers at {_address} is no TPM 2.0.");
                whole = (int)told;
            }

            return buffer[..whole];
        }
        catch (IOException fault)
        {
            throw new TpmException(TpmFault.Absent, $"The TPM at {_address} does not answer: {fault.Message}", fault);
        }
    }
}
