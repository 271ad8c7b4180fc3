// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.M2Mqtt.Messages
{
    public class MqttMsgUnsubscribedEventArgs : EventArgs
    {
        public MqttMsgUnsubscribedEventArgs(ushort messageId)
        {
            throw new NotSupportedException();
        }
        public ushort MessageId
        {
            get { throw new NotSupportedException(); }
        }
    }
}
