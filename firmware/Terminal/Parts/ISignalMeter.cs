namespace Devices.Terminal.Parts;

/// <summary>How strong the joined network is heard. Only a scan tells, and a scan takes the radio away for seconds.</summary>
public interface ISignalMeter
{
    /// <summary>Begins to measure; false when it cannot now (not joined, or somebody else scans).</summary>
    bool Measure();

    /// <summary>The network's signal in dBm, once after each measurement; 0 while there is none, and where it was not heard.</summary>
    int TakeDbm();
}
