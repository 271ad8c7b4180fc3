using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Devices.Edge.Agent.Camera.Mjpeg;

/// <summary>
/// JPEG pictures from a child process's standard output: libcamera cameras (<c>rpicam-vid --codec mjpeg -t 0 -o -</c>), whose
/// legacy V4L2 path gives damaged pictures (dotnet/iot#2293). The child and its children are killed when the reading ends.
/// </summary>
public sealed class ProcessMjpegSource(IReadOnlyList<string> command, TimeProvider time) : IFrameSource
{
    private volatile string _lastError = "";

    public string Name => $"The camera program {Path.GetFileName(command[0])}";

    public FrameTally Tally { get; } = new();

    public async IAsyncEnumerable<CameraFrame> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using Process child = Start();
        try
        {
            await foreach (CameraFrame frame in JpegStreamSplitter
                .SplitAsync(child.StandardOutput.BaseStream, HttpMjpegSource.MaxPicture, Tally, time, cancellationToken).ConfigureAwait(false))
            {
                yield return frame;
            }

            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(2));
            try
            {
                await child.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // It closed its output but lives on; it is killed below.
            }

            string code = child.HasExited ? $" with code {child.ExitCode}" : "";
            string said = _lastError.Length > 0 ? $" It said: {_lastError}" : "";
            throw new CameraException(CameraFaultKind.Ended, $"{Name} ended{code}.{said}");
        }
        finally
        {
            Kill(child);
        }
    }

    private Process Start()
    {
        ProcessStartInfo info = new(command[0])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false,
        };
        foreach (string argument in command.Skip(1)) info.ArgumentList.Add(argument);
        Process child = new() { StartInfo = info };
        try
        {
            child.Start();
        }
        catch (Win32Exception fault)
        {
            child.Dispose();
            throw new CameraException(CameraFaultKind.NotFound, $"The camera program '{command[0]}' cannot be started: {fault.Message}. Install it or correct Camera.", fault);
        }

        child.StandardInput.Close();
        child.ErrorDataReceived += (_, line) =>
        {
            if (!string.IsNullOrWhiteSpace(line.Data)) _lastError = line.Data.Length > 200 ? line.Data[..200] : line.Data;
        };
        child.BeginErrorReadLine();
        return child;
    }

    private static void Kill(Process child)
    {
        try
        {
            if (!child.HasExited) child.Kill(entireProcessTree: true);
            child.WaitForExit(2000);
        }
        catch (InvalidOperationException)
        {
            // Already gone.
        }
        catch (Win32Exception)
        {
            // Ending just now.
        }
    }
}
