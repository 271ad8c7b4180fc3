using System;
using System.Threading;
using Devices.Terminal.Parts;
using nanoFramework.Runtime.Native;

namespace Devices.Terminal.Chip;

/// <summary>Memory, randomness, log and reboot of the chip.</summary>
internal sealed class ChipSystem : ISystem
{
    /// <summary>Where the reason of a deliberate reboot waits for the next boot.</summary>
    public const string ReasonFile = "reason.txt";

    private readonly Random _random = new Random();
    private IStorage? _storage;

    public long FreeBytes
    {
        // Without compaction: it only counts, and takes well under a millisecond.
        get { return nanoFramework.Runtime.Native.GC.Run(false); }
    }

    public void UseStorage(IStorage storage)
    {
        _storage = storage;
    }

    public int Random()
    {
        return _random.Next();
    }

    public void Log(string line)
    {
        Console.WriteLine(line);
    }

    public void Reboot(string reason)
    {
        Log("Rebooting: " + reason);
        if (_storage != null)
        {
            byte[] text = new byte[reason.Length];
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = (byte)reason[i];
            }

            _storage.Write(ReasonFile, text, text.Length);
        }

        Thread.Sleep(100);
        Power.RebootDevice(RebootOption.NormalReboot);
    }
}
