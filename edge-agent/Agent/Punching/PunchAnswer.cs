namespace Devices.Edge.Agent.Punching;

/// <summary>What the ledger did with one punch.</summary>
/// <param name="Seq">Place of the new punch, or for a repeat of the one before; 0 where refused.</param>
/// <param name="AtMs">Its time as best known, ms since the Unix epoch.</param>
/// <param name="Held">Its time is not final yet.</param>
/// <param name="Again">The very same entry had been recorded before (sent again after a crash).</param>
/// <param name="Reason">One sentence where refused.</param>
public sealed record PunchAnswer(PunchVerdict Verdict, long Seq, long AtMs, bool Held, bool Again, string? Reason);

/// <summary>Kinds of <see cref="PunchAnswer"/>.</summary>
public enum PunchVerdict
{
    /// <summary>In the ledger, durable.</summary>
    Accepted,

    /// <summary>The person punched already within the window.</summary>
    Repeat,

    /// <summary>The disk nears its limit.</summary>
    Full,

    /// <summary>A field is out of range.</summary>
    Invalid,
}
