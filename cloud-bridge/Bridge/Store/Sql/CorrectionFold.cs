namespace Devices.Bridge.Store.Sql;

/// <summary>
/// How punches count, as a fold over the approved corrections in the order of their records (one punch's follow each other strictly: none is
/// taken while another waits). The table <c>punch_effects</c> is only this result, kept for speed.
/// </summary>
internal static class CorrectionFold
{
    private sealed record Effect(long At)
    {
        public string? Origin { get; set; }
        public long? OriginCorrection { get; set; }
        public long? OriginPunch { get; set; }
        public string? Struck { get; set; }
        public long? StruckCorrection { get; set; }
        public long? StandIn { get; set; }
        public long? Proposal { get; set; }
    }

    private sealed record Step(long Id, CorrectionKind Kind, long? Punch, long At, string? Verdict, long? Made);

    /// <summary>Makes the table equal to the fold; how many rows were not.</summary>
    public static int Rebuild(SqlSession session)
    {
        Dictionary<long, Effect> right = Fold(session.Query(
            "SELECT c.id, c.kind, c.punch_id, c.at, d.verdict, d.made_punch FROM corrections c LEFT JOIN correction_decisions d ON d.correction_id = c.id ORDER BY c.id",
            row => new Step(row.GetInt64(0), Columns.Enum<CorrectionKind>(row.GetString(1)), row.LongOrNull(2), row.GetInt64(3), row.TextOrNull(4), row.LongOrNull(5))));
        Dictionary<long, Effect> found = session.Query(
            "SELECT punch_id, at, origin, origin_correction, origin_punch, struck, struck_correction, stand_in, proposal FROM punch_effects",
            row => (Id: row.GetInt64(0), Effect: new Effect(row.GetInt64(1))
            {
                Origin = row.TextOrNull(2), OriginCorrection = row.LongOrNull(3), OriginPunch = row.LongOrNull(4),
                Struck = row.TextOrNull(5), StruckCorrection = row.LongOrNull(6), StandIn = row.LongOrNull(7), Proposal = row.LongOrNull(8),
            })).ToDictionary(one => one.Id, one => one.Effect);
        int wrong = 0;
        foreach (long id in found.Keys.Except(right.Keys).ToList())
        {
            // A row without any effect says the same as none.
            if (found[id] == new Effect(found[id].At)) continue;
            wrong += session.Execute("DELETE FROM punch_effects WHERE punch_id = @id", ("@id", id));
        }

        foreach ((long id, Effect effect) in right)
        {
            if (found.TryGetValue(id, out Effect? now) ? now == effect : effect == new Effect(effect.At)) continue;
            wrong++;
            session.Execute("DELETE FROM punch_effects WHERE punch_id = @id", ("@id", id));
            session.Execute(
                """
                INSERT INTO punch_effects (punch_id, at, origin, origin_correction, origin_punch, struck, struck_correction, stand_in, proposal)
                VALUES (@id, @at, @origin, @made, @old, @struck, @by, @standIn, @proposal)
                """,
                ("@id", id), ("@at", effect.At), ("@origin", effect.Origin), ("@made", effect.OriginCorrection), ("@old", effect.OriginPunch), ("@struck", effect.Struck),
                ("@by", effect.StruckCorrection), ("@standIn", effect.StandIn), ("@proposal", effect.Proposal));
        }

        return wrong;
    }

    private static Dictionary<long, Effect> Fold(IEnumerable<Step> steps)
    {
        Dictionary<long, Effect> effects = [];
        foreach (Step step in steps)
        {
            if (step.Verdict is null && step.Punch is { } asked) Of(asked, step.At).Proposal = step.Id;
            if (step.Verdict != "approved") continue;
            if (step.Made is { } made)
            {
                Effect fresh = Of(made, step.At);
                (fresh.Origin, fresh.OriginCorrection, fresh.OriginPunch) = (step.Kind == CorrectionKind.Add ? "added" : "reassigned", step.Id, step.Punch);
            }

            if (step.Punch is not { } punch) continue;
            Effect effect = Of(punch, step.At);
            if (step.Kind != CorrectionKind.Reinstate)
            {
                (effect.Struck, effect.StruckCorrection, effect.StandIn) = (step.Kind == CorrectionKind.Void ? "void" : "reassign", step.Id, step.Made);
                continue;
            }

            if (effect.StandIn is { } other && effects.TryGetValue(other, out Effect? standIn) && standIn.Struck is null) (standIn.Struck, standIn.StruckCorrection) = ("void", step.Id);
            (effect.Struck, effect.StruckCorrection, effect.StandIn) = (null, null, null);
        }

        return effects;

        Effect Of(long id, long at)
        {
            if (!effects.TryGetValue(id, out Effect? effect)) effects[id] = effect = new(at);
            return effect;
        }
    }
}
