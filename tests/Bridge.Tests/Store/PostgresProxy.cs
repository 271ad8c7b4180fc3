using System.Net.Sockets;

namespace Devices.Bridge.Tests.Store;

/// <summary>
/// Stands between a bridge and PostgreSQL's socket and cuts the connection at a COMMIT: after the server has done it and before its
/// answer comes through, or before it reaches the server.
/// </summary>
internal sealed class PostgresProxy : IDisposable
{
    private readonly string _server;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private volatile int _mode; // 0 nothing is cut, 1 the answer, 2 the question
    private int _cuts;

    public PostgresProxy(string server)
    {
        _server = server;
        Directory = System.IO.Directory.CreateTempSubdirectory("bridge-px-").FullName;
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(Directory, ".s.PGSQL.5432")));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public string Directory { get; }
    public int Cuts => _cuts;

    /// <summary>The next commit is cut: called inside the work of a write, that is its own.</summary>
    /// <param name="arrives">Whether the server gets it.</param>
    public void CutAtCommit(bool arrives) => _mode = arrives ? 1 : 2;

    public void Dispose()
    {
        _listener.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptAsync();
                Socket server = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await server.ConnectAsync(new UnixDomainSocketEndPoint(_server));
                _ = CopyAsync(client, server, fromServer: false);
                _ = CopyAsync(server, client, fromServer: true);
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool fromServer)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                if (Cut(buffer.AsSpan(0, count), fromServer)) break;
                await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The other side is gone.
        }
        from.Dispose();
        to.Dispose();
    }

    // CommandComplete from the server; the text in Parse from the client, which must not prepare it beforehand (Max Auto Prepare=0).
    private bool Cut(ReadOnlySpan<byte> data, bool fromServer) =>
        ((_mode == 1 && fromServer && data.IndexOf("COMMIT\0"u8) >= 0) || (_mode == 2 && !fromServer && data.IndexOf("COMMIT"u8) >= 0)) && Done();

    private bool Done()
    {
        _mode = 0;
        Interlocked.Increment(ref _cuts);
        return true;
    }
}
