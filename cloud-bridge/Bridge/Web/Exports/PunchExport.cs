using System.Runtime.CompilerServices;
using Devices.Bridge.Exports;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Filters;
using Devices.Bridge.Web.Time;
using Devices.Contract.Punches;
using Microsoft.AspNetCore.WebUtilities;

namespace Devices.Bridge.Web.Exports;

/// <summary>
/// The rows of <c>/punches</c>: the page's filters, every match, newest first, as recorded and as corrected. The recorded value and what a
/// correction made of it stand in columns of their own.
/// </summary>
public sealed class PunchExport(IEffectivePunches punches, ICorrectionStore corrections, SiteClock clock) : IExportSource
{
    private sealed record Column(CellKind Kind, double Width, Func<Row, object?> Value);

    private sealed record Row(StoredPunch Punch, CorrectionRow? Correction, ExportWords Words, SiteClock Clock);

    private static readonly Dictionary<string, Column> Known = new(StringComparer.Ordinal)
    {
        ["employee_id"] = new(CellKind.Id, 16, r => r.Punch.Punch.Person),
        ["employee"] = new(CellKind.Text, 18, r => r.Punch.Name),
        ["date"] = new(CellKind.Date, 12, r => r.Clock.Wall(r.Punch.Punch.At).Date),
        ["time_of_day"] = new(CellKind.Time, 10, r => r.Clock.Wall(r.Punch.Punch.At).TimeOfDay),
        ["time_iso"] = new(CellKind.Text, 26, r => r.Clock.IsoText(r.Punch.Punch.At)),
        ["zone"] = new(CellKind.Text, 16, r => r.Clock.ZoneId),
        ["clock"] = new(CellKind.Text, 14, r => r.Words[$"clock_state.{Names.Lower(r.Punch.Punch.Clock)}"]),
        ["uncertainty"] = new(CellKind.Number, 12, r => r.Punch.Punch.UncertaintyMs < 0 ? null : r.Punch.Punch.UncertaintyMs / 1000.0),
        ["method"] = new(CellKind.Text, 10, r => r.Words[$"method.{Names.Lower(r.Punch.Punch.Method)}"]),
        ["direction"] = new(CellKind.Text, 10, r => r.Punch.Punch.Direction == PunchDirection.None ? null : r.Words[$"direction.{Names.Lower(r.Punch.Punch.Direction)}"]),
        ["score"] = new(CellKind.Number, 10, r => Wide(r.Punch.Punch.Score)),
        ["threshold"] = new(CellKind.Number, 10, r => Wide(r.Punch.Punch.Threshold)),
        ["terminal"] = new(CellKind.Id, 16, r => r.Punch.Punch.Terminal),
        ["ledger"] = new(CellKind.Id, 38, r => r.Punch.Punch.Ledger.ToString()),
        ["seq"] = new(CellKind.Whole, 10, r => r.Punch.Punch.Seq),
        ["stored_at"] = new(CellKind.Moment, 20, r => r.Clock.Moment(r.Punch.ReceivedAt)),
        ["state"] = new(CellKind.Text, 14, r => r.Words[$"state.{Names.Lower(r.Punch.Delivery)}"]),
        ["delivered_at"] = new(CellKind.Moment, 20, r => r.Punch.DeliveredAt is { } at ? r.Clock.Moment(at) : null),
        ["proved_at"] = new(CellKind.Moment, 20, r => r.Punch.ProvedAt is { } at ? r.Clock.Moment(at) : null),
        ["attempts"] = new(CellKind.Whole, 10, r => r.Punch.Attempts),
        ["reason"] = new(CellKind.Text, 40, r => r.Punch.Delivery == DeliveryState.Delivered ? r.Punch.PlatformNote : r.Words.Reason(r.Punch)),
        ["counts"] = new(CellKind.Text, 10, r => r.Words[r.Punch.Standing.Counts ? "exports.yes" : "exports.no"]),
        ["origin"] = new(CellKind.Text, 18, r => r.Words[$"exports.origin_{Names.Lower(r.Punch.Standing.Origin)}"]),
        ["correction"] = new(CellKind.Whole, 12, r => r.Correction?.Id),
        ["correction_kind"] = new(CellKind.Text, 14, r => r.Correction is { } c ? r.Words[$"correct.kind_{Names.Lower(c.Kind)}"] : null),
        ["correction_by"] = new(CellKind.Text, 16, r => r.Correction?.Author),
        ["correction_approved_by"] = new(CellKind.Text, 16, r => r.Correction?.DecidedBy),
        ["correction_at"] = new(CellKind.Moment, 20, r => r.Correction?.DecidedAt is { } at ? r.Clock.Moment(at) : null),
        ["correction_reason"] = new(CellKind.Text, 40, r => r.Correction?.Reason),
        ["recorded_person"] = new(CellKind.Id, 16, r => r.Punch.Standing.Origin switch
        {
            PunchOrigin.Recorded => r.Punch.Punch.Person,
            PunchOrigin.Reassigned when r.Correction is { Kind: CorrectionKind.Reassign } c => c.Person,
            _ => null,
        }),
        ["corrected_person"] = new(CellKind.Id, 16, r => r.Punch.Standing.Counts ? r.Punch.Punch.Person : r.Punch.Standing.Struck == PunchStrike.Reassign ? r.Correction?.ToPerson : null),
    };

    /// <summary>Every column.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Known.Keys];

    private static readonly string[] Extra = ["recorded_person", "corrected_person", "origin", "correction_approved_by"];

    /// <inheritdoc/>
    public string Kind => "punches";

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns => All;

    /// <inheritdoc/>
    public IReadOnlyList<string> Usual { get; } = [.. Known.Keys.Except(Extra)];

    /// <inheritdoc/>
    public Task<ExportTable> OpenAsync(SiteScope scope, string filters, ExportLayout layout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(layout);
        PunchFilters read = PunchFilters.Parse(new QueryCollection(QueryHelpers.ParseQuery(filters)), clock);
        // A file with other rows than asked for would go unnoticed.
        if (read.Problems.Count > 0) throw new ExportRefusedException("exports.bad_filters");
        return Task.FromResult(Table(scope, read, layout));
    }

    /// <summary>The same from filters that are read already.</summary>
    public ExportTable Table(SiteScope scope, PunchFilters filters, ExportLayout layout)
    {
        ArgumentNullException.ThrowIfNull(filters);
        ArgumentNullException.ThrowIfNull(layout);
        ExportWords words = new(layout.Culture);
        string[] names = [.. (layout.Columns.Count == 0 ? Usual : layout.Columns).Where(Known.ContainsKey)];
        return new(
            words["nav.punches"], [.. names.Select(n => new ExportColumn(n, words[$"col.{n}"], Known[n].Kind, Known[n].Width))],
            RowsAsync(scope, filters.Filter, layout, words, [.. names.Select(n => Known[n].Value)]));
    }

    private async IAsyncEnumerable<object?[]> RowsAsync(
        SiteScope scope, PunchFilter filter, ExportLayout layout, ExportWords words, Func<Row, object?>[] columns, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (StoredPunch punch in punches.StreamAsync(scope, filter, layout.Struck, cancellationToken))
        {
            CorrectionRow? correction = punch.Standing is { Corrected: true, Correction: { } id } ? await corrections.FindAsync(SiteScope.All, id, cancellationToken) : null;
            Row row = new(punch, correction, words, clock);
            object?[] cells = new object?[columns.Length];
            for (int i = 0; i < cells.Length; i++) cells[i] = columns[i](row);
            yield return cells;
        }
    }

    // The shortest decimal of a float, not the float's binary tail.
    private static double? Wide(float? value) => value is { } some ? (double)(decimal)some : null;
}
