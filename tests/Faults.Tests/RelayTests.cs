using System.Net;
using System.Net.Sockets;
using Devices.Faults.Net;

namespace Devices.Faults.Tests;

/// <summary>The relay resends as MQTT allows, and the sender does not notice.</summary>
public class RelayTests
{
    private static readonly byte[] Connect = [0x10, 0x02, 0x00, 0x00];

    [Fact]
    public async Task Doubled_publishes_arrive_twice_and_are_acknowledged_once()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        using TcpListener server = new(IPAddress.Loopback, 0);
        server.Start();
        using MqttRelay relay = new(IPAddress.Loopback, () => (IPEndPoint)server.LocalEndpoint, null, 1);
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, relay.Port, stop);
        using TcpClient accepted = await server.AcceptTcpClientAsync(stop);
        NetworkStream near = client.GetStream(), far = accepted.GetStream();

        await near.WriteAsync(Connect, stop);
        (await MqttFrame.Read(far, stop))!.Bytes.ShouldBe(Connect);

        relay.Disturb(duplicate: 1, reorder: 0);
        byte[] publish = Publish(17);
        await near.WriteAsync(publish, stop);
        MqttFrame first = (await MqttFrame.Read(far, stop))!, second = (await MqttFrame.Read(far, stop))!;
        first.Bytes.ShouldBe(publish);
        (first.Id, first.Qos).ShouldBe(((ushort)17, 1));
        second.Bytes[0].ShouldBe((byte)(publish[0] | 8), "a copy is marked as one");
        second.Id.ShouldBe((ushort)17);

        await far.WriteAsync(new byte[] { 0x40, 2, 0, 17, 0x40, 2, 0, 17, 0x40, 2, 0, 18 }, stop);
        (await MqttFrame.Read(near, stop))!.Id.ShouldBe((ushort)17);
        (await MqttFrame.Read(near, stop))!.Id.ShouldBe((ushort)18, "the copy's acknowledgement is kept back");
        relay.Counts.Duplicated.ShouldBe(1);
    }

    [Fact]
    public async Task A_held_publish_is_overtaken_by_the_next_and_never_kept()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        using TcpListener server = new(IPAddress.Loopback, 0);
        server.Start();
        using MqttRelay relay = new(IPAddress.Loopback, () => (IPEndPoint)server.LocalEndpoint, null, 1);
        relay.Disturb(duplicate: 0, reorder: 1);
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, relay.Port, stop);
        using TcpClient accepted = await server.AcceptTcpClientAsync(stop);
        NetworkStream near = client.GetStream(), far = accepted.GetStream();

        await near.WriteAsync((byte[])[.. Publish(1), .. Publish(2), .. Publish(3)], stop);
        List<ushort> order = [];
        for (int i = 0; i < 3; i++) order.Add((await MqttFrame.Read(far, stop))!.Id);
        order.ShouldBe([2, 1, 3], "the first waits for the second; the third for nobody");
    }

    // QoS 1, topic "t", one byte of payload.
    private static byte[] Publish(byte id) => [0x32, 6, 0, 1, (byte)'t', 0, id, 0x7F];
}
