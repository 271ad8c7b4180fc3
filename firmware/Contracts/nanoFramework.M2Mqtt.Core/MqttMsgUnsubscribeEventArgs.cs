// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.M2Mqtt.Messages
{
    public class MqttMsgUnsubscribeEventArgs : EventArgs
    {
        public MqttMsgUnsubscribeEventArgs(ushort messageId, string[] topics)
        {
            throw new NotSupportedException();
        }
        public ushort MessageId
        {
            get { throw new NotSupportedException(); }
        }
        public string[] Topics
        {
            get { throw new NotSupportedException(); }
        }
    }
}
