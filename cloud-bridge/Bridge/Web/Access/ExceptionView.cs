using Devices.Bridge.Store;

namespace Devices.Bridge.Web.Access;

/// <summary>Which rows of the exceptions list may be shown: some tell of a named person, and those are for whoever may read of people.</summary>
public static class ExceptionView
{
    // Their sentences name people: leavers, roster decisions, notices to guardians, comparisons of records.
    private static readonly HashSet<string> OfPeople = ["roster", "notices", "reconcile", "correction"];

    /// <summary>Whether this viewer may see the row; its site is the store's matter.</summary>
    public static bool Shown(ExceptionRow row, Viewer viewer)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Shown(row.Source, viewer);
    }

    /// <summary>The same for rows of a source.</summary>
    public static bool Shown(string source, Viewer viewer)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        return !OfPeople.Contains(source) || viewer.May(Permits.ReadPeople);
    }
}
