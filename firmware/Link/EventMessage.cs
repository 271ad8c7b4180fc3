using System.Diagnostics.CodeAnalysis;

namespace Devices.Link;

/// <summary>MCU → board, QoS 1, repeated until its <c>confirm</c>: door, case, exit button or a fault of a part.</summary>
public sealed class EventMessage : LinkMessage
{
    public override string Leaf
    {
        get { return LinkTopics.Event; }
    }

    /// <summary>The event's id, unique for ever.</summary>
    public string Id { get; set; } = "";

    /// <summary>What happened.</summary>
    public EventKind Kind { get; set; }

    /// <summary>Monotonic ms since the boot named in <see cref="Boot"/> when it happened.</summary>
    public long UptimeMs { get; set; }

    /// <summary>The boot in which it happened; "" from firmware before 0.2.</summary>
    public string Boot { get; set; } = "";

    /// <summary>Wall clock then, ms since the Unix epoch, or 0 when it was not trusted.</summary>
    public long Now { get; set; }

    /// <summary>In words, for a technician.</summary>
    public string Detail { get; set; } = "";

    /// <summary>Reads with a reader of its own. False: <paramref name="fault"/> names the field and what was wrong.</summary>
    public static bool TryParse(byte[] payload, [NotNullWhen(true)] out EventMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        return TryParse(new LinkReader(), payload, out message, out fault);
    }

    /// <summary>Reads with a reader made once.</summary>
    public static bool TryParse(LinkReader reader, byte[] payload, [NotNullWhen(true)] out EventMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        message = null;
        if (reader.Load(payload, payload.Length))
        {
            EventMessage read = new EventMessage();
            read.Id = reader.Id("id");
            if (!LinkWords.TryEvent(reader.Word("kind"), out EventKind kind))
            {
                reader.Unknown("kind");
            }

            read.Kind = kind;
            read.UptimeMs = reader.Number("uptime_ms", 0, LinkLimits.MaxNumber);
            read.Boot = reader.Has("boot") ? reader.Id("boot") : "";
            read.Now = reader.Has("now") ? reader.Number("now", 0, LinkLimits.MaxEpochMs) : 0;
            read.Detail = reader.Text("detail", LinkLimits.MaxText);
            message = reader.Fault == null ? read : null;
        }

        fault = reader.Fault;
        return message != null;
    }

    internal override void Fill(LinkWriter writer)
    {
        writer.Id("id", Id);
        writer.Word("kind", LinkWords.Of(Kind));
        writer.Number("uptime_ms", UptimeMs, 0, LinkLimits.MaxNumber);
        if (Boot.Length > 0)
        {
            writer.Id("boot", Boot);
        }

        writer.Number("now", Now, 0, LinkLimits.MaxEpochMs);
        writer.Text("detail", Detail, LinkLimits.MaxText);
    }
}
