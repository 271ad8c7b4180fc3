using Devices.Contract.Punches;

namespace Devices.Seed;

/// <summary>A punch as it is stored, with its outbox row for the platform.</summary>
internal readonly record struct SeedRow(
    long Id, Punch Punch, byte[] Chain, long ReceivedAt, string State, int Attempts, long? NextAttemptAt, long? SentAt, long? DeliveredAt, long? ProvedAt,
    string? ReasonCode, string? Reason, long UpdatedAt)
{
    /// <summary>Nearly all delivered and proved; the last hours open, a few dead, held, kept back by policy or in doubt at any age.</summary>
    public static SeedRow Of(long id, Punch punch, byte[] chain, in SeedPunch made, long end)
    {
        long received = made.ReceivedAt, sent = received + 900;
        uint dice = made.Dice / 7 % 100_000;
        long age = end - made.At;
        SeedRow row = new(id, punch, chain, received, "delivered", 1, null, sent, sent + 300, sent + 3_600_000, null, null, sent + 300);
        if (punch.Clock == ClockQuality.Held && made.Dice % 3 != 0) return Open(row, "held", 0, "clock-held", "The terminal's clock was not trusted when this was recorded.");
        if (dice < 10) return Open(row, "dead", 6, "reason.not_recorded", "The platform took it and does not show it.");
        if (dice < 210) return Open(row, "skipped", 0, "reason.policy", "Kept back by the policy.");
        if (age < 30L * 86_400_000 && dice < 240) return Open(row, "deferred", 0, "reason.budget", "The month's calls are used up.") with { NextAttemptAt = end + 86_400_000 };
        if (age < 2L * 86_400_000 && dice < 260) return Open(row, "ambiguous", 1, "reason.no_answer", "No answer came.") with { SentAt = sent, NextAttemptAt = end + 86_400_000 };
        if (age < 7L * 3_600_000) return dice % 4 == 0
            ? Open(row, "waiting", 2, "reason.unreachable", "The platform could not be reached.") with { NextAttemptAt = end + 86_400_000 }
            : Open(row, "pending", 0, null, null);
        return age < 20L * 3_600_000 ? row with { ProvedAt = null } : row;
    }

    private static SeedRow Open(SeedRow row, string state, int attempts, string? code, string? reason) => row with
    {
        State = state, Attempts = attempts, SentAt = null, DeliveredAt = null, ProvedAt = null, ReasonCode = code, Reason = reason,
    };
}
