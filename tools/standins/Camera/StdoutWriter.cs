using Microsoft.Win32.SafeHandles;

namespace Devices.Standins.Camera;

/// <summary>Writes JPEGs one after another to standard output, as <c>rpicam-vid --codec mjpeg -o -</c>; ends the program when the reader ends.</summary>
internal sealed class StdoutWriter(CameraArguments camera, FrameHub hub, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!camera.Stdout)
        {
            return;
        }

        try
        {
            // Not Console.OpenStandardOutput: that one swallows a broken pipe, and we would play on for nobody.
            using var handle = new SafeFileHandle(1, ownsHandle: false);
            await using var output = new FileStream(handle, FileAccess.Write, bufferSize: 0);
            await foreach (var frame in hub.WatchAsync(stoppingToken))
            {
                await output.WriteAsync(frame, stoppingToken);
            }
        }
        catch (IOException)
        {
            lifetime.StopApplication();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The camera is switched off.
        }
    }
}
