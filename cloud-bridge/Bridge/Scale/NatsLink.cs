using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace Devices.Bridge.Scale;

/// <summary>
/// The connection to NATS, made again by itself for as long as the bridge runs, and the stream on it. The stream is a queue: what a writer has
/// acknowledged is gone from it. Nothing here need survive a power cut, since terminals are answered from the database only.
/// </summary>
public sealed class NatsLink : IAsyncDisposable
{
    /// <summary>How long a writer may take before a message goes to another.</summary>
    public static readonly TimeSpan AckWait = TimeSpan.FromSeconds(4);

    // The same message sent again within this is not taken twice. What is older than Kept was given up by its terminal long ago, and sent again.
    private static readonly TimeSpan Doubles = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private readonly EngineOptions _options;

    public NatsLink(EngineOptions options, BridgeOptions bridge)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(bridge);
        _options = options;
        Connection = new(new NatsOpts
        {
            Url = string.Join(',', options.Servers),
            Name = $"devices-bridge {bridge.Role} {bridge.Node}",
            AuthOpts = options.User.Length == 0 ? NatsAuthOpts.Default : new() { Username = options.User, Password = Secret(options.PasswordFile) },
            TlsOpts = options.CaFile.Length == 0 ? NatsTlsOpts.Default : new() { CaFile = options.CaFile, Mode = TlsMode.Require },
            ConnectTimeout = TimeSpan.FromSeconds(3),
            RequestTimeout = TimeSpan.FromSeconds(2),
            PingInterval = TimeSpan.FromSeconds(5),
            ReconnectWaitMin = TimeSpan.FromMilliseconds(100),
            ReconnectWaitMax = TimeSpan.FromSeconds(2),
            MaxReconnectRetry = -1,
            RetryOnInitialConnect = true,
        });
        JetStream = new(Connection);
    }

    public NatsConnection Connection { get; }

    public NatsJSContext JetStream { get; }

    /// <summary>Makes the stream, or brings its settings up to date.</summary>
    public async Task OpenStreamAsync(CancellationToken cancellationToken) => await JetStream.CreateOrUpdateStreamAsync(
        new StreamConfig(_options.Stream, [$"{_options.Stream}.in.*"])
        {
            Retention = StreamConfigRetention.Workqueue,
            Storage = StreamConfigStorage.File,
            NumReplicas = _options.Replicas,
            // Full, it refuses new ones, whose terminals wait; it drops none.
            Discard = StreamConfigDiscard.New,
            MaxBytes = _options.MaxMiB * 1048576L,
            MaxAge = Kept,
            DuplicateWindow = Doubles,
        }, cancellationToken);

    /// <summary>The pull consumer of one part.</summary>
    public async Task<INatsJSConsumer> OpenConsumerAsync(int part, CancellationToken cancellationToken) => await JetStream.CreateOrUpdateConsumerAsync(
        _options.Stream,
        new ConsumerConfig($"part-{part}") { FilterSubject = _options.InSubject(part), AckPolicy = ConsumerConfigAckPolicy.Explicit, AckWait = AckWait, MaxAckPending = 2048 },
        cancellationToken);

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private static string Secret(string file)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
                throw new BridgeStartException($"{file} may be read or written by other users, and it holds a password: chmod 600 {file}.");
            return File.ReadAllText(file).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BridgeStartException($"The file with the engine's password, {file}, cannot be read: check Bridge:Engine:PasswordFile and that the file belongs to this user.", fault);
        }
    }
}
