namespace Devices.Bridge.Store;

/// <summary>A punch's identity everywhere (design section 3); <see cref="ToString"/> is the form pages and logs use.</summary>
public readonly record struct PunchKey(string Terminal, Guid Ledger, long Seq)
{
    public override string ToString() => $"{Terminal}/{Ledger}/{Seq}";
}
