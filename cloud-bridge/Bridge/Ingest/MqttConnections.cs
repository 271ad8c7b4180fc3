using System.IO.Pipelines;
using Devices.Bridge.Fleet;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using MQTTnet;
using MQTTnet.Adapter;
using MQTTnet.AspNetCore;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;
using MQTTnet.Server;

namespace Devices.Bridge.Ingest;

/// <summary>
/// Hands Kestrel's TLS connections to MQTTnet. Kestrel gives what MQTTnet's own listener lacks: a time limit for the handshake, a limit
/// of connections, a certificate that can be renewed while it runs, and port 0.
/// </summary>
public sealed class MqttConnections(IngestOptions limits, MqttRefusals refusals) : IMqttServerAdapter
{
    private MqttServerOptions? _options;

    public Func<IMqttChannelAdapter, Task>? ClientHandler { get; set; }

    /// <summary>Disconnects one terminal for a packet above the limit; set by the endpoint.</summary>
    public Func<string, string, Task>? DisconnectTooLarge { get; set; }

    public async Task RunAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (ClientHandler is not { } handler || _options is not { } options) return;
        IDuplexPipe transport = connection.Transport;
        connection.Transport = new Duplex(new PacketLimitReader(transport.Input, limits.MaxPacket, length => TooLargeAsync(connection, length)), transport.Output);
        MqttPacketFormatterAdapter formatter = new(new MqttBufferWriter(options.WriterBufferSize, options.WriterBufferSizeMax));
        using MqttConnectionContext adapter = new(formatter, connection);
        try
        {
            await handler(adapter);
        }
        finally
        {
            // Nobody else gives it back: its native memory would wait for a collection of the oldest generation, thousands of connections later.
            connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate?.Dispose();
        }
    }

    public Task StartAsync(MqttServerOptions options, IMqttNetLogger logger)
    {
        _options = options;
        return Task.CompletedTask;
    }

    public Task StopAsync() => Task.CompletedTask;

    public void Dispose()
    {
    }

    private async ValueTask TooLargeAsync(ConnectionContext connection, int length)
    {
        if (connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is not { } certificate) return;
        string terminal = TerminalGate.CommonName(certificate);
        string text = $"A packet of {length} bytes came from {terminal}; {limits.MaxPacket} are the limit.";
        await refusals.RaiseAsync(terminal, "oversized", text);
        if (DisconnectTooLarge is { } disconnect) await disconnect(terminal, text);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
