using Devices.Bridge.Store;

namespace Devices.Bridge.Corrections;

/// <summary>Why something is corrected: a list to count by, beside the words that are always asked for. Texts: <c>correct.reason_CODE</c>.</summary>
public static class CorrectionReasons
{
    /// <summary>For each kind, the usual one first.</summary>
    public static IReadOnlyList<string> Of(CorrectionKind kind) => kind switch
    {
        CorrectionKind.Add => ["forgot", "terminal_down", "elsewhere", "other"],
        CorrectionKind.Void => ["double", "not_theirs", "wrong_time", "test", "other"],
        CorrectionKind.Reassign => ["wrong_person", "borrowed_card", "other"],
        _ => ["mistake", "other"],
    };

    /// <summary>Every code.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<CorrectionKind>().SelectMany(Of).Distinct()];
}
