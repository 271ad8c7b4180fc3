using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// A process of its own for the models. Inference can abort a process beyond any catch (microsoft/onnxruntime#23716)
/// or never return; there it takes nothing with it. The call in hand fails with <see cref="ModelFaultException"/>, the
/// next one starts a new worker, opens the same models and binds the same memory. Thread-safe: calls take turns.
/// </summary>
public sealed class ModelWorker : IDisposable
{
    private readonly WorkerCommand _command;
    private readonly TimeProvider _time;
    private readonly WorkerLimits _limits;
    private readonly Lock _gate = new();
    private readonly Lock _deadlineGate = new();
    private readonly ITimer _deadline;
    private readonly byte[] _head = new byte[WorkerWire.HeadLength];
    private Process? _process;
    private Stream? _to;
    private Stream? _from;
    private bool _armed;
    private bool _hung;
    private bool _disposed;
    private int _start;
    private int _numbers;
    private long _startedAt;
    private long _endedAt;
    private TimeSpan _pause;

    public ModelWorker(WorkerCommand command, WorkerLimits? limits = null, TimeProvider? time = null)
    {
        _command = command;
        _limits = limits ?? new WorkerLimits();
        _time = time ?? TimeProvider.System;
        _deadline = _time.CreateTimer(_ => EndWhenArmed(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How often a worker was started.</summary>
    public int Starts => _start;

    internal RemoteModel Open(string path, int threads)
    {
        var model = new RemoteModel(this, path, threads);
        lock (_gate)
        {
            EnsureStarted();
            Load(model);
        }

        return model;
    }

    internal RemoteBinding Bind(RemoteModel model, string input, long[] shape)
    {
        lock (_gate)
        {
            var binding = new RemoteBinding(this, model, input, shape, ++_numbers);
            try
            {
                EnsureStarted();
                Rebind(binding);
                return binding;
            }
            catch
            {
                binding.Memory.Dispose();
                throw;
            }
        }
    }

    internal void Run(RemoteBinding binding)
    {
        lock (_gate)
        {
            EnsureStarted();
            if (binding.Start != _start)
            {
                Rebind(binding);
            }

            Ask(WorkerWire.Run, binding.Number, [], _limits.Run, binding.Model.Name);
        }
    }

    /// <summary>Two runs in one question; the worker has a thread for each.</summary>
    internal void RunBoth(RemoteBinding first, RemoteBinding second)
    {
        lock (_gate)
        {
            EnsureStarted();
            foreach (var binding in (ReadOnlySpan<RemoteBinding>)[first, second])
            {
                if (binding.Start != _start)
                {
                    Rebind(binding);
                }
            }

            Ask(WorkerWire.RunBoth, WorkerWire.Pair(first.Number, second.Number), [], _limits.Run, first.Model.Name, second);
        }
    }

    internal void Release(RemoteBinding binding)
    {
        lock (_gate)
        {
            if (binding.Start == _start && _process is { HasExited: false } && _to is not null)
            {
                Span<byte> head = stackalloc byte[WorkerWire.HeadLength];
                WorkerWire.WriteHead(head, WorkerWire.Unbind, binding.Number);
                try
                {
                    _to.Write(head);
                    _to.Flush();
                }
                catch (IOException)
                {
                    // It is gone, and the binding with it.
                }
            }

            binding.Memory.Dispose();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            End(kill: true);
            _deadline.Dispose();
        }
    }

    private void Load(RemoteModel model)
    {
        if (model.Place.Start == _start)
        {
            return;
        }

        using var answer = Ask(WorkerWire.Load, 0, WorkerWire.Bytes(w =>
        {
            w.Write(model.Path);
            w.Write(model.Threads);
        }), _limits.Load, model.Name)!;
        var number = answer.ReadInt32();
        var inputs = new Dictionary<string, int[]>();
        for (var left = answer.ReadInt32(); left > 0; left--)
        {
            inputs[answer.ReadString()] = [.. WorkerWire.ReadShape(answer).Select(d => (int)d)];
        }

        model.Inputs = inputs;
        model.Place = (_start, number);
    }

    private void Rebind(RemoteBinding binding)
    {
        Load(binding.Model);
        using var answer = Ask(WorkerWire.Bind, 0, WorkerWire.Bytes(w =>
        {
            w.Write(binding.Number);
            w.Write(binding.Model.Place.Number);
            w.Write(binding.InputName);
            WorkerWire.Write(w, binding.Shape);
            w.Write(binding.Memory.Descriptor);
        }), _limits.Load, binding.Model.Name)!;
        var outputs = new List<(string, long[])>();
        for (var left = answer.ReadInt32(); left > 0; left--)
        {
            outputs.Add((answer.ReadString(), WorkerWire.ReadShape(answer)));
        }

        binding.Take(outputs);
        binding.Start = _start;
    }

    private void EnsureStarted()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_process is { HasExited: false })
        {
            return;
        }

        if (_process is not null)
        {
            // It died between two calls: told by the next one, which then starts anew.
            throw Ended("between two pictures");
        }

        if (_pause > TimeSpan.Zero && _time.GetElapsedTime(_endedAt) is var since && since < _pause)
        {
            throw new ModelFaultException(string.Create(CultureInfo.InvariantCulture,
                $"The process that runs the face models ended {(_start == 1 ? "at its first start" : "again")}; it is started anew in {(_pause - since).TotalSeconds:F0} s."), stopped: false);
        }

        var info = new ProcessStartInfo(_command.Program) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in _command.Arguments)
        {
            info.ArgumentList.Add(argument);
        }

        info.ArgumentList.Add(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        try
        {
            _process = Process.Start(info) ?? throw new InvalidOperationException("nothing was started");
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
        {
            Back();
            throw new ModelFaultException($"The process that runs the face models cannot be started: {e.Message}", e);
        }

        _to = _process.StandardInput.BaseStream;
        _from = _process.StandardOutput.BaseStream;
        _startedAt = _time.GetTimestamp();
        _start++;
        _hung = false;
    }

    // Null for a run, which answers without bytes.
    private BinaryReader? Ask(int what, int number, byte[] body, TimeSpan limit, string model, RemoteBinding? beside = null)
    {
        Arm(limit);
        try
        {
            WorkerWire.WriteHead(_head, what, what is WorkerWire.Run or WorkerWire.RunBoth ? number : body.Length);
            _to!.Write(_head);
            if (body.Length > 0)
            {
                _to.Write(body);
            }

            _to.Flush();
            _from!.ReadExactly(_head);
            var (status, length) = WorkerWire.ReadHead(_head);
            if (status == WorkerWire.Half && beside is not null)
            {
                // What is still to come is the other one's.
                (model, beside) = (length == beside.Number ? model : beside.Model.Name, null);
                _from.ReadExactly(_head);
                (status, length) = WorkerWire.ReadHead(_head);
            }

            if (status is not (WorkerWire.Done or WorkerWire.Refused) || length is < 0 or > WorkerWire.Longest)
            {
                throw new InvalidDataException("no such answer");
            }

            if (length == 0)
            {
                return null;
            }

            var answer = new byte[length];
            _from.ReadExactly(answer);
            return status == WorkerWire.Done
                ? new BinaryReader(new MemoryStream(answer), Encoding.UTF8)
                : throw new ModelFaultException($"{(beside is null ? model : $"{model} or {beside.Model.Name}")} does not run: {Encoding.UTF8.GetString(answer)}", stopped: false);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw Ended(beside is null ? $"in {model}" : $"in {model} or {beside.Model.Name}");
        }
        finally
        {
            Disarm();
        }
    }

    private ModelFaultException Ended(string where)
    {
        var hung = _hung;
        var life = _time.GetElapsedTime(_startedAt);
        var code = End(kill: true);
        if (life < _limits.Steady)
        {
            Back();
        }
        else
        {
            _pause = TimeSpan.Zero;
        }

        var how = hung ? $"gave no answer {where} and was ended"
            : code > 128 ? string.Create(CultureInfo.InvariantCulture, $"ended {where} by signal {code - 128}{NameOf(code - 128)}")
            : string.Create(CultureInfo.InvariantCulture, $"ended {where} with code {code}");
        return new ModelFaultException($"The process that runs the face models {how}; it is started anew. Cards work meanwhile.");
    }

    // One that does not live long is not started at once again; never longer than WorkerLimits.LongestPause.
    private void Back()
    {
        _endedAt = _time.GetTimestamp();
        _pause = _pause == TimeSpan.Zero ? _limits.FirstPause : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, _limits.LongestPause.Ticks));
    }

    private int End(bool kill)
    {
        if (_process is not { } process)
        {
            return 0;
        }

        _process = null;
        try
        {
            if (kill && !process.WaitForExit(20))
            {
                process.Kill();
            }

            return process.WaitForExit(2000) ? process.ExitCode : 0;
        }
        catch (InvalidOperationException)
        {
            return 0;
        }
        finally
        {
            _to = null;
            _from = null;
            process.Dispose();
        }
    }

    private void Arm(TimeSpan limit)
    {
        lock (_deadlineGate)
        {
            _armed = true;
        }

        _deadline.Change(limit, Timeout.InfiniteTimeSpan);
    }

    private void Disarm()
    {
        lock (_deadlineGate)
        {
            _armed = false;
        }

        _deadline.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    // Killing it ends the read that waits for its answer.
    private void EndWhenArmed()
    {
        lock (_deadlineGate)
        {
            if (!_armed)
            {
                return;
            }

            _hung = true;
            try
            {
                _process?.Kill();
            }
            catch (InvalidOperationException)
            {
                // It ended by itself at this moment.
            }
        }
    }

    private static string NameOf(int signal) => signal switch
    {
        6 => " (abort)",
        9 => " (killed; perhaps the memory ran out)",
        11 => " (segmentation fault)",
        4 => " (illegal instruction)",
        _ => "",
    };
}
