using Devices.Edge.Agent.Camera;

namespace Devices.Edge.Agent.View;

/// <summary>Shows the camera's picture while no models run to look at it: a mount can be adjusted before a pack is installed.</summary>
public static class ViewPump
{
    private static readonly TimeSpan Nap = TimeSpan.FromSeconds(1);

    /// <summary>Waits for <paramref name="span"/>; while somebody looks, frames pass meanwhile. The slot has one reader: nobody else may take from it.</summary>
    public static async Task RunAsync(FrameSlot slot, ViewTap tap, TimeSpan span, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(slot);
        ArgumentNullException.ThrowIfNull(tap);
        ArgumentNullException.ThrowIfNull(time);
        long begun = time.GetTimestamp();
        while (time.GetElapsedTime(begun) < span)
        {
            if (tap.Look() is null)
            {
                TimeSpan left = span - time.GetElapsedTime(begun);
                await Task.Delay(left < Nap ? (left > TimeSpan.Zero ? left : TimeSpan.Zero) : Nap, time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            using CameraFrame? frame = await slot.TakeAsync(TimeSpan.FromMilliseconds(500), cancellationToken).ConfigureAwait(false);
            if (frame is not null) tap.Look()?.Show(frame, null, null);
        }
    }
}
