namespace Devices.Edge.Agent.Gallery;

/// <summary>What somebody has answered for, against a check of enrolment. It is told with its reason, here and at the bridge.</summary>
/// <param name="AllowedDuplicates">Persons by id whom the new face may resemble: twins.</param>
/// <param name="ReplaceFace">The person's enrolled face may be replaced by one that does not resemble it.</param>
/// <param name="Reason">Why; required.</param>
public sealed record EnrolmentPermit(IReadOnlyList<string> AllowedDuplicates, bool ReplaceFace, string Reason)
{
    /// <summary>Nothing beyond the ordinary.</summary>
    public static EnrolmentPermit None { get; } = new([], false, "");

    public bool IsNone => AllowedDuplicates.Count == 0 && !ReplaceFace;

    /// <summary>One sentence where it cannot be used, or null.</summary>
    public string? Fault(Func<string, bool> exists)
    {
        ArgumentNullException.ThrowIfNull(exists);
        if (IsNone) return Reason.Length == 0 ? null : "A reason was given, but nothing that needs one: name the person whom the face may resemble, or say that the face is to be replaced.";
        if (AllowedDuplicates.FirstOrDefault(id => !exists(id)) is { } stranger) return $"Nobody has the id '{stranger}' here, so the face cannot be allowed to resemble theirs.";
        return Reason.Trim().Length < 4 || Reason.Length > 200 || Reason.Any(char.IsControl) ? "Say why in 4 to 200 characters: it is kept with the enrolment." : null;
    }
}
