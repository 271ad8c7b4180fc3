namespace Devices.Bridge.Attendance;

/// <summary>The shifts of some days in a row; equal where each day has the same one.</summary>
internal readonly struct ShiftLine(Shift?[] shifts) : IEquatable<ShiftLine>
{
    private readonly Shift?[] _shifts = shifts;

    // By reference: a plan has each of its shifts once, and records would be compared field by field.
    public bool Equals(ShiftLine other)
    {
        for (int i = 0; i < _shifts.Length; i++)
            if (!ReferenceEquals(_shifts[i], other._shifts[i])) return false;
        return true;
    }

    public override bool Equals(object? obj) => obj is ShiftLine other && Equals(other);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (Shift? shift in _shifts) hash.Add(shift is null ? 0 : System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(shift));
        return hash.ToHashCode();
    }
}
