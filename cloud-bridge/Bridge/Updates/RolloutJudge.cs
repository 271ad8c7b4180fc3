using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Devices.Bridge.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Updates;

/// <summary>What is to be done about a rollout now.</summary>
/// <param name="Add">Terminals that come in.</param>
/// <param name="Stage">The next stage; null to stay.</param>
/// <param name="Stop">Why it stops.</param>
/// <param name="Done">Whether it is through.</param>
public sealed record RolloutStep(IReadOnlyList<string> Add, int? Stage, string? Stop, bool Done);

/// <summary>Decides about rollouts; no clock, no store.</summary>
public static class RolloutJudge
{
    /// <summary>A terminal's place from 0 to 99.99 in a rollout: by the hash of both names, so that it is the same at every look and another in every rollout.</summary>
    public static double PlaceOf(Guid rollout, string terminal) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{rollout:D}/{terminal}"))) % 10_000 / 100.0;

    /// <param name="fleet">Terminals that are not revoked: name and site.</param>
    public static RolloutStep Judge(RolloutRow row, IReadOnlyList<(string Name, string? Site)> fleet, IReadOnlyList<RolloutMember> members, long now)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(members);
        HashSet<string> there = [.. members.Select(one => one.Terminal)];
        List<string> add = [.. fleet.Where(one => !there.Contains(one.Name) && Concerns(row.Plan, one.Name, one.Site) && PlaceOf(row.Id, one.Name) < row.Percent).Select(one => one.Name)];

        int begun = members.Count(one => one.BegunAt is not null), back = members.Count(one => one.State == UpdateStates.RolledBack);
        int silent = members.Count(one => one.State == UpdateStates.Trial && now - one.ChangedAt > row.Plan.SilentMinutes * 60_000L);
        if (begun > 0 && (back + silent) * 100 > row.Plan.AbortPercent * begun)
        {
            string first = members.FirstOrDefault(one => one.State == UpdateStates.RolledBack) is { } bad ? $" {bad.Terminal}: {bad.Message}" : "";
            return new([], null, string.Create(CultureInfo.InvariantCulture, $"Of {begun} terminals that began, {back} were rolled back and {silent} fell silent.{first}"), false);
        }

        if (add.Count > 0 || row.State == RolloutState.Done) return new(add, null, null, false);
        bool last = row.Stage >= row.Plan.Stages.Count - 1;
        // Who is away now comes when it is back; who is at it is waited for. A stage in which nobody succeeded says nothing yet.
        bool atIt = members.Any(one => one.State == UpdateStates.Trial || (one.Online && one.State is not (UpdateStates.Confirmed or UpdateStates.Refused or UpdateStates.RolledBack)));
        bool soaked = now - row.StageAt >= row.Plan.SoakMinutes * 60_000L;
        if (members.Count == 0) return last ? new([], null, null, false) : new([], row.Stage + 1, null, false);
        if (atIt || !soaked || !members.Any(one => one.State == UpdateStates.Confirmed)) return new([], null, null, false);
        return last ? new([], null, null, true) : new([], row.Stage + 1, null, false);
    }

    private static bool Concerns(RolloutPlan plan, string terminal, string? site) => (plan.Site is null || plan.Site == (site ?? "")) && (plan.Terminals is null || plan.Terminals.Contains(terminal));
}
