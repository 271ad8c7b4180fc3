using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Microsoft.Win32.SafeHandles;

namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// The worker's side: opens models and runs them for the process that started it, one request after the other, until
/// that process ends. It holds no people, no names and no templates; it sees pixels and gives numbers.
/// </summary>
public static partial class ModelWorkerHost
{
    /// <summary>Serves until standard input ends; the answer is the process's exit code.</summary>
    /// <param name="parent">The process whose shared memory is to be used; when it is gone, so is the worker.</param>
    public static int Serve(int parent)
    {
        // Ctrl-C goes to the whole group: the parent decides when its worker ends.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true);
        BeFirstToGo();
        new Thread(() => Follow(parent)) { IsBackground = true, Name = "parent" }.Start();

        // Whatever native code prints goes to the log, never between the answers.
        using var output = new FileStream(new SafeFileHandle(dup(1), ownsHandle: true), FileAccess.Write, 0);
        _ = dup2(2, 1);
        using var input = Console.OpenStandardInput();
        using var models = new WorkerModels(parent);
        var head = new byte[WorkerWire.HeadLength];
        var halfHead = new byte[WorkerWire.HeadLength];

        // The other one is still running then, and the whole answer waits for both: nobody else writes.
        Action<int> half = binding =>
        {
            WorkerWire.WriteHead(halfHead, WorkerWire.Half, binding);
            output.Write(halfHead);
        };
        while (Read(input, head))
        {
            var (what, length) = WorkerWire.ReadHead(head);
            if (what == WorkerWire.Unbind)
            {
                models.Unbind(length);
                continue;
            }

            BinaryReader? request = null;
            if (what is not (WorkerWire.Run or WorkerWire.RunBoth))
            {
                var body = length is >= 0 and <= WorkerWire.Longest ? new byte[length] : null;
                if (body is null || !Read(input, body))
                {
                    return 3;
                }

                request = new BinaryReader(new MemoryStream(body), Encoding.UTF8);
            }

            using (request)
            {
                Answer(output, head, models, what, length, request, half);
            }
        }

        return 0;
    }

    private static void Answer(FileStream output, byte[] head, WorkerModels models, int what, int number, BinaryReader? request, Action<int> half)
    {
        byte[] body = [];
        var status = WorkerWire.Done;
        try
        {
            switch (what)
            {
                case WorkerWire.Run:
                    models.Run(number);
                    break;
                case WorkerWire.RunBoth:
                    models.RunBoth(number, half);
                    break;
                case WorkerWire.Load:
                    body = models.Load(request!);
                    break;
                default:
                    body = models.Bind(request!);
                    break;
            }
        }
        catch (Exception e) when (e is OnnxRuntimeException or IOException or UnauthorizedAccessException or InvalidOperationException or OverflowException)
        {
            status = WorkerWire.Refused;
            body = Encoding.UTF8.GetBytes(e.Message);
        }

        WorkerWire.WriteHead(head, status, body.Length);
        output.Write(head);
        if (body.Length > 0)
        {
            output.Write(body);
        }
    }

    private static bool Read(Stream from, byte[] to)
    {
        for (var at = 0; at < to.Length;)
        {
            var read = from.Read(to, at, to.Length - at);
            if (read == 0)
            {
                return false;
            }

            at += read;
        }

        return true;
    }

    // A worker that hangs in a model does not see its input end.
    private static void Follow(int parent)
    {
        while (getppid() == parent)
        {
            Thread.Sleep(1000);
        }

        Process.GetCurrentProcess().Kill();
    }

    // When memory runs out the kernel should take this process, which is started again in a second, not the one with the punches.
    private static void BeFirstToGo()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "500");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Where the system does not allow it, the order stays as it is.
        }
    }

#pragma warning disable IDE1006, SA1300 // names of libc
    [LibraryImport("libc")]
    private static partial int dup(int descriptor);

    [LibraryImport("libc")]
    private static partial int dup2(int from, int to);

    [LibraryImport("libc")]
    private static partial int getppid();
#pragma warning restore IDE1006, SA1300
}
