// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.Hardware.Esp32
{
    public class Configuration
    {
        public Configuration()
        {
            throw new NotSupportedException();
        }
        public static void SetPinFunction(int pin, DeviceFunction value)
        {
            throw new NotSupportedException();
        }
        public static int GetFunctionPin(DeviceFunction function)
        {
            throw new NotSupportedException();
        }
    }
}
