// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.M2Mqtt.Exceptions
{
    public class MqttCommunicationException : Exception
    {
        public MqttCommunicationException()
        {
            throw new NotSupportedException();
        }
        public MqttCommunicationException(Exception e)
        {
            throw new NotSupportedException();
        }
    }
}
