namespace Devices.Terminal.Uplink;

/// <summary>How many connection threads of one link have not yet ended.</summary>
internal sealed class MqttThreads
{
    private readonly object _gate = new object();
    private int _running;

    public int Running
    {
        get
        {
            lock (_gate)
            {
                return _running;
            }
        }
    }

    public void Add(int by)
    {
        lock (_gate)
        {
            _running += by;
        }
    }
}
