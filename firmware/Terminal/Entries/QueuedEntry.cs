namespace Devices.Terminal.Entries;

/// <summary>One punch or event that waits for its confirm. The payload is what is sent, byte for byte, however often.</summary>
public sealed class QueuedEntry
{
    public QueuedEntry(long counter, string id, string leaf, byte[] payload)
    {
        Counter = counter;
        Id = id;
        Leaf = leaf;
        Payload = payload;
    }

    public long Counter { get; }

    public string Id { get; }

    public string Leaf { get; }

    public byte[] Payload { get; }

    /// <summary>Whether it is a punch: those have the queue's room for themselves.</summary>
    public bool IsPunch
    {
        get { return Leaf != Devices.Link.LinkTopics.Event; }
    }

    /// <summary>How often it was sent over the present connection.</summary>
    public int Sent { get; set; }

    /// <summary>Not to be sent (again) before this moment.</summary>
    public long NotBeforeMs { get; set; }
}
