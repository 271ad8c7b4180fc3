using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Devices.Cli.Provisioning;

/// <summary>By which address others on the terminal's network reach this board.</summary>
internal static class BoardAddress
{
    /// <summary>The address that the system would use towards <paramref name="bridge"/> (nothing is sent), else the first of a network card; null where there is none.</summary>
    public static string? Towards(Endpoint bridge)
    {
        try
        {
            // Only an address that needs no name server: this must not hang while the network is down.
            if (IPAddress.TryParse(bridge.Host, out IPAddress? to))
            {
                using var socket = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                socket.Connect(to, bridge.Port);
                return ((IPEndPoint)socket.LocalEndPoint!).Address.ToString();
            }
        }
        catch (SocketException)
        {
            // No way there now; a card's own address is the next best.
        }

        return NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card.OperationalStatus == OperationalStatus.Up && card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(card => card.GetIPProperties().UnicastAddresses).Select(one => one.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork)?.ToString();
    }
}
