namespace Devices.Edge.Vision.Runtime;

/// <summary>A binding whose model runs in the worker. Input and outputs lie in shared memory; outputs are copied out after each run.</summary>
internal sealed unsafe class RemoteBinding : BoundModel
{
    private readonly ModelWorker _worker;
    private readonly int _inputLength;
    private List<ModelOutput> _outputs = [];
    private long[] _offsets = [];

    internal RemoteBinding(ModelWorker worker, RemoteModel model, string input, long[] shape, int number)
    {
        _worker = worker;
        Model = model;
        InputName = input;
        Shape = shape;
        Number = number;
        Memory = SharedMemory.Create();
        _inputLength = checked((int)shape.Aggregate(1L, (a, b) => a * b));
        Memory.Map(WorkerWire.Room(shape));
    }

    internal RemoteModel Model { get; }

    internal string InputName { get; }

    internal long[] Shape { get; }

    internal int Number { get; }

    internal SharedMemory Memory { get; }

    /// <summary>In which start of the worker it is bound.</summary>
    internal int Start { get; set; }

    internal override Span<float> Input => new(Memory.At(0), _inputLength);

    internal override IReadOnlyList<ModelOutput> Outputs => _outputs;

    internal override void Run()
    {
        _worker.Run(this);
        Fetch();
    }

    /// <summary>Both in one question to the worker, which runs them side by side.</summary>
    internal void RunWith(RemoteBinding other)
    {
        _worker.RunBoth(this, other);
        Fetch();
        other.Fetch();
    }

    private void Fetch()
    {
        for (var i = 0; i < _outputs.Count; i++)
        {
            var values = _outputs[i].Values;
            new ReadOnlySpan<float>(Memory.At(_offsets[i]), values.Length).CopyTo(values);
        }
    }

    /// <summary>Takes what the worker says the outputs are. A later worker must say the same, since stages hold the arrays.</summary>
    internal void Take(IReadOnlyList<(string Name, long[] Shape)> outputs)
    {
        if (_outputs.Count > 0)
        {
            if (!outputs.Select(o => (o.Name, string.Join('×', o.Shape))).SequenceEqual(_outputs.Select(o => (o.Name, string.Join('×', o.Shape)))))
            {
                throw new ModelFaultException($"{Model.Name} changed its outputs since it was loaded. Restart the agent to load the pack anew.");
            }

            return;
        }

        var at = WorkerWire.Room(Shape);
        _offsets = new long[outputs.Count];
        for (var i = 0; i < outputs.Count; i++)
        {
            _offsets[i] = at;
            at += WorkerWire.Room(outputs[i].Shape);
        }

        Memory.Map(at);
        _outputs = [.. outputs.Select(o => new ModelOutput(o.Name, o.Shape, new float[checked((int)o.Shape.Aggregate(1L, (a, b) => a * b))]))];
    }

    public override void Dispose() => _worker.Release(this);
}
