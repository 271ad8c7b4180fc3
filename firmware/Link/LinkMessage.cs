using System;
using System.Diagnostics.CodeAnalysis;

namespace Devices.Link;

/// <summary>One message of the link. Each knows its topic's leaf and how to write itself; reading is a static <c>TryParse</c> on each.</summary>
public abstract class LinkMessage
{
    /// <summary>The last part of the topic, one of <see cref="LinkTopics"/>.</summary>
    public abstract string Leaf { get; }

    /// <summary>Writes with a writer made once (the chip). False: <paramref name="fault"/> names the field and what was wrong.</summary>
    public bool TryWrite(LinkWriter writer, [NotNullWhen(true)] out byte[]? payload, [NotNullWhen(false)] out LinkFault? fault)
    {
        writer.Begin();
        Fill(writer);
        payload = writer.End();
        fault = writer.Fault;
        return payload != null;
    }

    /// <summary>Writes with a writer of its own (the board).</summary>
    /// <exception cref="ArgumentException">A field breaks the rules of the link: a fault of the calling program.</exception>
    public byte[] Write()
    {
        if (TryWrite(new LinkWriter(), out byte[]? payload, out LinkFault? fault))
        {
            return payload;
        }

        throw new ArgumentException(fault.Sentence);
    }

    /// <summary>Writes every field but <c>v</c>.</summary>
    internal abstract void Fill(LinkWriter writer);
}
