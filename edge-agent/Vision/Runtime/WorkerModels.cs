using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Devices.Edge.Vision.Runtime;

/// <summary>The sessions and bindings of a worker: one session a file, bindings on memory shared with the parent.</summary>
internal sealed class WorkerModels(int parent) : IDisposable
{
    private readonly List<InferenceSession> _sessions = [];
    private readonly Dictionary<int, Bound> _bound = [];
    private readonly RunOptions _runOptions = new();
    private SideThread? _side;
    private Action? _runHere;
    private Action? _runThere;
    private int _here;
    private int _there;
    private int _finished;
    private Action<int>? _half;

    internal byte[] Load(BinaryReader request)
    {
        var path = request.ReadString();
        var session = SessionFactory.Open(path, request.ReadInt32(), spinning: false);
        _sessions.Add(session);
        return WorkerWire.Bytes(answer =>
        {
            answer.Write(_sessions.Count - 1);
            answer.Write(session.InputMetadata.Count);
            foreach (var (name, metadata) in session.InputMetadata)
            {
                answer.Write(name);
                WorkerWire.Write(answer, [.. metadata.Dimensions.Select(d => (long)d)]);
            }
        });
    }

    internal byte[] Bind(BinaryReader request)
    {
        var number = request.ReadInt32();
        var session = _sessions[request.ReadInt32()];
        var input = request.ReadString();
        var shape = WorkerWire.ReadShape(request);
        var descriptor = request.ReadInt32();
        var names = session.OutputMetadata.Keys.ToArray();
        long[][] shapes;
        using (var zeros = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, shape))
        {
            zeros.GetTensorMutableDataAsSpan<float>().Clear();
            using var first = session.Run(_runOptions, [input], [zeros], names);
            shapes = [.. first.Select(f => f.GetTensorTypeAndShape().Shape)];
        }

        _bound[number] = new Bound(session, SharedMemory.OfParent(parent, descriptor), input, shape, names, shapes);
        return WorkerWire.Bytes(answer =>
        {
            answer.Write(names.Length);
            for (var i = 0; i < names.Length; i++)
            {
                answer.Write(names[i]);
                WorkerWire.Write(answer, shapes[i]);
            }
        });
    }

    internal void Run(int number)
    {
        var bound = _bound[number];
        bound.Session.RunWithBinding(_runOptions, bound.Binding);
    }

    /// <param name="half">Told once which of the two is done first, by the thread that ran it.</param>
    internal void RunBoth(int both, Action<int> half)
    {
        var (first, second) = WorkerWire.Pair(both);
        if (!SideThread.IsWorthIt)
        {
            Run(first);
            half(first);
            Run(second);
            return;
        }

        (_here, _there, _half, _finished) = (first, second, half, 0);
        _side ??= new SideThread();
        _side.Run(_runHere ??= () => RunOne(_here), _runThere ??= () => RunOne(_there));
    }

    private void RunOne(int number)
    {
        Run(number);
        if (Interlocked.Increment(ref _finished) == 1)
        {
            _half!(number);
        }
    }

    internal void Unbind(int number)
    {
        if (_bound.Remove(number, out var bound))
        {
            bound.Dispose();
        }
    }

    public void Dispose()
    {
        _side?.Dispose();
        foreach (var bound in _bound.Values)
        {
            bound.Dispose();
        }

        _sessions.ForEach(s => s.Dispose());
        _runOptions.Dispose();
    }

    private sealed unsafe class Bound : IDisposable
    {
        private readonly SharedMemory _memory;
        private readonly List<OrtValue> _values = [];

        internal Bound(InferenceSession session, SharedMemory memory, string input, long[] shape, string[] names, long[][] shapes)
        {
            Session = session;
            _memory = memory;
            memory.Map(WorkerWire.Room(shape) + shapes.Sum(s => WorkerWire.Room(s)));
            Binding = session.CreateIoBinding();
            Binding.BindInput(input, Value(0, shape));
            var at = WorkerWire.Room(shape);
            for (var i = 0; i < names.Length; i++)
            {
                Binding.BindOutput(names[i], Value(at, shapes[i]));
                at += WorkerWire.Room(shapes[i]);
            }
        }

        internal InferenceSession Session { get; }

        internal OrtIoBinding Binding { get; }

        public void Dispose()
        {
            Binding.Dispose();
            _values.ForEach(v => v.Dispose());
            _memory.Dispose();
        }

        private OrtValue Value(long at, long[] shape)
        {
            var value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape,
                (IntPtr)_memory.At(at), shape.Aggregate(1L, (a, b) => a * b) * sizeof(float));
            _values.Add(value);
            return value;
        }
    }
}
