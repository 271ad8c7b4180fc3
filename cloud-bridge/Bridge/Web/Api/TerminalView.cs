using Devices.Bridge.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Web.Api;

/// <summary>What <c>/api/v1/terminals/{name}</c> answers: where a terminal stands with all that goes down to it.</summary>
public sealed record TerminalView(
    string Terminal, string Site, bool Online, long? LastSeenAt, long? RevokedAt, IReadOnlyList<VersionView> Versions, ConfigurationView Configuration, IReadOnlyList<CommandView> Commands, ReachView Reach)
{
    internal static TerminalView Of(TerminalDetail detail) => new(
        detail.Terminal.Name, detail.Terminal.Site ?? "", detail.Terminal.Online, detail.Terminal.LastSeenAt, detail.Terminal.RevokedAt, [.. detail.Terminal.Versions.Select(one => new VersionView(one.Key, one.Value))],
        new(detail.Wish.Revision, detail.Report?.Applied.Revision, detail.Report?.ReportedAt, detail.Holds,
            [.. detail.Settings.Select(one => new SettingView(one.Setting.Key, one.Wished, one.From is { } scope ? Names.Lower(scope) : null, one.InForce, one.Refused, Names.Lower(one.State)))]),
        [.. detail.Commands.Select(one => new CommandView(one.Id, one.Kind, one.IssuedAt, one.ExpiresAt, one.IssuedBy, Names.Lower(one.State), one.Code, one.Message, one.ChangedAt))],
        new(detail.Reach.RosterRevision, detail.Reach.RosterHead, detail.Reach.RosterConfirmedAt, detail.Reach.RosterProblem, detail.Reach.Erasures, detail.Reach.RelayRevision, detail.Reach.RelayHead, detail.Reach.RelayConfirmedAt,
            detail.Reach.RelayProblem));
}

/// <param name="Part"><c>agent</c>, <c>firmware</c>, <c>pack</c>.</param>
public sealed record VersionView(string Part, string Version);

/// <param name="Holds">Whether the terminal holds exactly these wishes.</param>
public sealed record ConfigurationView(long Revision, long? ReportedRevision, long? ReportedAt, bool Holds, IReadOnlyList<SettingView> Settings);

public sealed record SettingView(string Key, string? Wished, string? From, string? InForce, string? Refused, string State);

public sealed record CommandView(Guid Id, string Kind, long IssuedAt, long ExpiresAt, string IssuedBy, string State, string? Code, string? Message, long ChangedAt);

public sealed record ReachView(long RosterRevision, long RosterHead, long? RosterConfirmedAt, string? RosterProblem, long Erasures, long RelayRevision, long RelayHead, long? RelayConfirmedAt, string? RelayProblem);
