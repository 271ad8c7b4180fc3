namespace Devices.Link;

/// <summary>
/// Topic names: <c>m/{terminal}/{leaf}</c>. Leaves going up are published by the MCU, leaves going down by the board;
/// the broker's access list is built from <see cref="IsUp"/> and <see cref="IsDown"/>.
/// </summary>
public static class LinkTopics
{
    public const string Prefix = "m/";

    public const string Hello = "hello";
    public const string Card = "card";
    public const string Pin = "pin";
    public const string Presence = "presence";
    public const string Event = "event";
    public const string Ping = "ping";
    public const string Status = "status";

    public const string Confirm = "confirm";
    public const string Show = "show";
    public const string Time = "time";
    public const string Door = "door";
    public const string Pong = "pong";

    /// <summary>The full topic of one leaf.</summary>
    public static string For(string terminal, string leaf)
    {
        return Prefix + terminal + "/" + leaf;
    }

    /// <summary>What the MCU subscribes to, QoS 1: every down leaf by name, no wildcard, so that its own messages never return.</summary>
    public static string[] DownTopics(string terminal)
    {
        return [For(terminal, Confirm), For(terminal, Show), For(terminal, Time), For(terminal, Door), For(terminal, Pong)];
    }

    /// <summary>Whether the MCU publishes this leaf.</summary>
    public static bool IsUp(string leaf)
    {
        return leaf == Hello || leaf == Card || leaf == Pin || leaf == Presence || leaf == Event || leaf == Ping || leaf == Status;
    }

    /// <summary>Whether the board publishes this leaf.</summary>
    public static bool IsDown(string leaf)
    {
        return leaf == Confirm || leaf == Show || leaf == Time || leaf == Door || leaf == Pong;
    }

    /// <summary>QoS 1 for everything that must arrive; 0 for what the next one replaces.</summary>
    public static bool IsAtLeastOnce(string leaf)
    {
        return !(leaf == Presence || leaf == Ping || leaf == Show || leaf == Pong);
    }

    /// <summary>Splits a topic; false when it isn't exactly <c>m/{valid terminal}/{known leaf}</c>.</summary>
    public static bool TrySplit(string topic, out string terminal, out string leaf)
    {
        terminal = "";
        leaf = "";
        if (topic.Length < 5 || topic[0] != 'm' || topic[1] != '/')
        {
            return false;
        }

        int slash = topic.IndexOf('/', 2);
        if (slash < 3 || slash == topic.Length - 1)
        {
            return false;
        }

        string head = topic.Substring(2, slash - 2);
        string tail = topic.Substring(slash + 1);
        if (!LinkRules.IsId(head, LinkLimits.MaxTerminal) || !(IsUp(tail) || IsDown(tail)))
        {
            return false;
        }

        terminal = head;
        leaf = tail;
        return true;
    }
}
