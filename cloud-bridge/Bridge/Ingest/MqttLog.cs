using System.Globalization;
using MQTTnet.Diagnostics.Logger;

namespace Devices.Bridge.Ingest;

/// <summary>MQTTnet's log into ours, one level lower: a client that breaks off is news for debugging, not for an operator.</summary>
public sealed class MqttLog(ILogger log) : IMqttNetLogger
{
    public bool IsEnabled => log.IsEnabled(LogLevel.Debug);

    public void Publish(MqttNetLogLevel level, string source, string message, object[]? parameters, Exception? exception)
    {
        LogLevel ours = level == MqttNetLogLevel.Error ? LogLevel.Information : LogLevel.Debug;
        if (!log.IsEnabled(ours)) return;
        string text = parameters is { Length: > 0 } ? string.Format(CultureInfo.InvariantCulture, message, parameters) : message;
#pragma warning disable CA2254 // The text is MQTTnet's own, already put together.
        log.Log(ours, exception, text);
#pragma warning restore CA2254
    }
}
