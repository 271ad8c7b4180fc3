using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using Microsoft.Data.Sqlite;
using MQTTnet;
using MQTTnet.Formatter;

namespace Devices.FleetLoad.Peer;

/// <summary>
/// The peer's subscriber, a process of its own: MQTTnet's client, QoS 1, each message's punches inserted into SQLite (WAL, <c>synchronous=FULL</c>)
/// and acknowledged only after the commit. One message a commit, or up to so many as wait. It checks no chain and keeps no outbox.
/// </summary>
internal static class PeerSubscriber
{
    public const string Verb = "peer-subscriber";

    /// <summary>The line it prints when it has subscribed; then <c>stored PUNCHES MESSAGES</c> after commits.</summary>
    public const string Ready = "subscribed";

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not [var port, var file, var together]) return 2;
        int most = int.Parse(together, CultureInfo.InvariantCulture);
        using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        Execute(connection,
            """
            PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=2000;
            CREATE TABLE IF NOT EXISTS punches (terminal TEXT NOT NULL, ledger TEXT NOT NULL, seq INTEGER NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL, clock TEXT NOT NULL,
              uncertainty_ms INTEGER NOT NULL, method TEXT NOT NULL, direction TEXT NOT NULL, score REAL, threshold REAL, liveness REAL, pack TEXT, photo TEXT, chain BLOB NOT NULL,
              PRIMARY KEY (terminal, ledger, seq)) STRICT;
            """);
        Channel<MqttApplicationMessageReceivedEventArgs> queue = Channel.CreateUnbounded<MqttApplicationMessageReceivedEventArgs>(new() { SingleReader = true });
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += received =>
        {
            received.AutoAcknowledge = false;
            queue.Writer.TryWrite(received);
            return Task.CompletedTask;
        };
        client.DisconnectedAsync += _ =>
        {
            queue.Writer.TryComplete();
            return Task.CompletedTask;
        };
        await client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", int.Parse(port, CultureInfo.InvariantCulture)).WithProtocolVersion(MqttProtocolVersion.V500)
            .WithClientId("subscriber").WithKeepAlivePeriod(TimeSpan.FromSeconds(60)).Build());
        await client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder().WithTopicFilter(f => f.WithTopic("d/+/punches").WithAtLeastOnceQoS()).Build());
        Console.WriteLine(Ready);
        using System.Runtime.InteropServices.PosixSignalRegistration term = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, stop =>
        {
            stop.Cancel = true;
            queue.Writer.TryComplete();
        });
        await StoreAsync(connection, queue.Reader, most);
        return 0;
    }

    private static async Task StoreAsync(SqliteConnection connection, ChannelReader<MqttApplicationMessageReceivedEventArgs> queue, int most)
    {
        using SqliteCommand insert = Insert(connection);
        List<MqttApplicationMessageReceivedEventArgs> group = [];
        (long punches, long messages, long told) = (0, 0, 0);
        while (await queue.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < most && queue.TryRead(out MqttApplicationMessageReceivedEventArgs? one)) group.Add(one);
            using (SqliteTransaction transaction = connection.BeginTransaction())
            {
                insert.Transaction = transaction;
                foreach (MqttApplicationMessageReceivedEventArgs one in group) punches += Add(insert, one.ApplicationMessage.Payload);
                transaction.Commit();
            }

            messages += group.Count;
            foreach (MqttApplicationMessageReceivedEventArgs one in group) await one.AcknowledgeAsync(CancellationToken.None);
            if (Stopwatch.GetElapsedTime(told) < TimeSpan.FromMilliseconds(20) && queue.TryPeek(out _)) continue;
            told = Stopwatch.GetTimestamp();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"stored {punches} {messages}"));
        }
    }

    private static int Add(SqliteCommand insert, ReadOnlySequence<byte> payload)
    {
        if (!ContractCodec.TryRead(payload.IsSingleSegment ? payload.FirstSpan : payload.ToArray(), ContractJson.Default.PunchBatch, out PunchBatch? batch, out _)) throw new InvalidDataException("A batch cannot be read.");
        string ledger = batch!.Ledger.ToString("D");
        foreach (Punch punch in batch.Punches)
        {
            Set(insert, 0, punch.Terminal);
            Set(insert, 1, ledger);
            Set(insert, 2, punch.Seq);
            Set(insert, 3, punch.Person);
            Set(insert, 4, punch.At);
            Set(insert, 5, "synced");
            Set(insert, 6, punch.UncertaintyMs);
            Set(insert, 7, "face");
            Set(insert, 8, "in");
            Set(insert, 9, (double?)punch.Score);
            Set(insert, 10, (double?)punch.Threshold);
            Set(insert, 11, (double?)punch.Liveness);
            Set(insert, 12, punch.Pack);
            Set(insert, 13, punch.Photo);
            Set(insert, 14, Convert.FromHexString(punch.Chain));
            insert.ExecuteNonQuery();
        }

        return batch.Punches.Count;
    }

    private static SqliteCommand Insert(SqliteConnection connection)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = "INSERT INTO punches VALUES (@0, @1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14) ON CONFLICT DO NOTHING";
        for (int i = 0; i < 15; i++) command.Parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"@{i}") });
        command.Prepare();
        return command;
    }

    private static void Set(SqliteCommand command, int at, object? value) => command.Parameters[at].Value = value ?? DBNull.Value;

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // a constant
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
