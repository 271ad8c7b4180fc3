namespace Devices.Edge.Agent.Hosting;

/// <summary>Which parts of the agent work, each with a sentence. Thread-safe.</summary>
public sealed class HealthBoard
{
    public const string Camera = "camera";
    public const string Models = "models";
    public const string Ledger = "ledger";
    public const string Broker = "broker";
    public const string Bridge = "bridge";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, PartHealth> _parts = new(StringComparer.Ordinal);

    /// <summary>Raised when a part changed between working and not.</summary>
    public event Action? Changed;

    public void Set(string part, bool ok, string text)
    {
        bool news;
        lock (_gate)
        {
            news = !_parts.TryGetValue(part, out PartHealth? old) || old.Ok != ok;
            _parts[part] = new(ok, text);
        }

        if (news) Changed?.Invoke();
    }

    public bool IsOk(string part)
    {
        lock (_gate) return _parts.TryGetValue(part, out PartHealth? health) && health.Ok;
    }

    public string TextOf(string part)
    {
        lock (_gate) return _parts.TryGetValue(part, out PartHealth? health) ? health.Text : "not started";
    }

    /// <summary>Camera, models, ledger and broker work: the whole terminal.</summary>
    public bool IsWhole => IsOk(Camera) && IsOk(Models) && CanTakeCards;

    /// <summary>Ledger and broker work: cards can be punched.</summary>
    public bool CanTakeCards => IsOk(Ledger) && IsOk(Broker);

    public IReadOnlyDictionary<string, PartHealth> Parts
    {
        get
        {
            lock (_gate) return new SortedDictionary<string, PartHealth>(_parts, StringComparer.Ordinal);
        }
    }
}

/// <summary>How one part does.</summary>
public sealed record PartHealth(bool Ok, string Text);
