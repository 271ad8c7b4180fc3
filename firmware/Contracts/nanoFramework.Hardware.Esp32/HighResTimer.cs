// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.Hardware.Esp32
{
    public class HighResTimer : IDisposable
    {
        public HighResTimer()
        {
            throw new NotSupportedException();
        }
        public event HighResTimerExpiredEventHandler OnHighResTimerExpired
        {
            add { throw new NotSupportedException(); }
            remove { throw new NotSupportedException(); }
        }
        public static ulong GetCurrent()
        {
            throw new NotSupportedException();
        }
        public void Stop()
        {
            throw new NotSupportedException();
        }
        public void StartOneShot(ulong timeout_us)
        {
            throw new NotSupportedException();
        }
        public void StartOnePeriodic(ulong period_us)
        {
            throw new NotSupportedException();
        }
        public void Dispose()
        {
            throw new NotSupportedException();
        }
    }
}
