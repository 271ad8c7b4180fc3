// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.M2Mqtt.Exceptions
{
    public class MqttClientException : Exception
    {
        public MqttClientException(MqttClientErrorCode errorCode)
        {
            throw new NotSupportedException();
        }
        public MqttClientErrorCode ErrorCode
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
    }
}
