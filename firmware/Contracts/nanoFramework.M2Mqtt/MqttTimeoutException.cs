// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.M2Mqtt.Exceptions
{
    public class MqttTimeoutException : Exception
    {
        public MqttTimeoutException()
        {
            throw new NotSupportedException();
        }
    }
}
