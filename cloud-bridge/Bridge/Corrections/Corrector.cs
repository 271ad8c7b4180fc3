using Devices.Bridge.Store;

namespace Devices.Bridge.Corrections;

/// <summary>Who corrects.</summary>
/// <param name="Name">The account.</param>
/// <param name="MayCorrect">Else only proposes.</param>
/// <param name="People">The userids that the account is: nobody corrects themself.</param>
/// <param name="Address">Where the request comes from, for the audit log.</param>
public sealed record Corrector(string Name, SiteScope Scope, bool MayCorrect, IReadOnlyCollection<string> People, string? Address);

/// <summary>What a form got wrong.</summary>
/// <param name="Field">The field's name; empty for the form as a whole.</param>
/// <param name="Key">Of the sentence.</param>
public sealed record CorrectionProblem(string Field, string Key, params IReadOnlyList<object> Values);

/// <summary>What came of a request: a record, or what was wrong with it.</summary>
public sealed record CorrectionAnswer(CorrectionResult? Result, CorrectionProblem? Problem)
{
    public bool Done => Problem is null && Result is { Done: true };
}
