// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Device.Pwm
{
    public class PwmChannel : IDisposable
    {
        public PwmChannel(int chip, int channel, int frequency = 400, double dutyCyclePercentage = 0.5)
        {
            throw new NotSupportedException();
        }
        public int Frequency
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public double DutyCycle
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public void Start()
        {
            throw new NotSupportedException();
        }
        public void Stop()
        {
            throw new NotSupportedException();
        }
        public static PwmChannel Create(int chip, int channel, int frequency = 400, double dutyCyclePercentage = 0.5)
        {
            throw new NotSupportedException();
        }
        public static PwmChannel CreateFromPin(int pin, int frequency = 400, double dutyCyclePercentage = 0.5)
        {
            throw new NotSupportedException();
        }
        public void Dispose()
        {
            throw new NotSupportedException();
        }
    }
}
