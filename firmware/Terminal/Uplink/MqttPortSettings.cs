namespace Devices.Terminal.Uplink;

/// <summary>Where and as whom to connect.</summary>
public sealed class MqttPortSettings
{
    public MqttPortSettings(string host, int port, string terminal, string password)
    {
        Host = host;
        Port = port;
        Terminal = terminal;
        Password = password;
    }

    public string Host { get; }

    public int Port { get; }

    /// <summary>User name and client id.</summary>
    public string Terminal { get; }

    /// <summary>The device key.</summary>
    public string Password { get; }
}
