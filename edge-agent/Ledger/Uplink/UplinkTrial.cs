using System.Diagnostics;

namespace Devices.Edge.Ledger.Uplink;

/// <summary>
/// One short MQTT session in the terminal's name, for the doctor while no agent runs: connect, the terminal's own topics, a foreign one, good-bye.
/// Nothing is published. Never beside a running agent: the bridge would end that one's session for this one.
/// </summary>
public static class UplinkTrial
{
    /// <param name="now">The time by which certificates are judged.</param>
    /// <returns><see cref="UplinkCheck.RoundTripMs"/> is from the first packet to the answered subscription.</returns>
    public static async Task<UplinkCheck> RunAsync(UplinkOptions options, DateTimeOffset now, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        double? took = null;
        try
        {
            using UplinkTls tls = UplinkTls.Load(options, new JudgeTime(now, Vouched: true, now));
            long began = Stopwatch.GetTimestamp();
            await using UplinkConnection connection = await UplinkConnection.OpenAsync(options, tls, TimeProvider.System, () => 0, cancellation).ConfigureAwait(false);
            took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            bool refused = await connection.IsForeignRefusedAsync(cancellation).ConfigureAwait(false);
            await connection.CloseAsync(cancellation).ConfigureAwait(false);
            return new(true, null, took, refused);
        }
        catch (UplinkFaultException fault)
        {
            return new(took is not null, fault.Message, took, null);
        }
    }
}
