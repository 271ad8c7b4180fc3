// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.M2Mqtt.Messages
{
    public class MqttMsgPublishedEventArgs : EventArgs
    {
        public MqttMsgPublishedEventArgs(ushort messageId)
        {
            throw new NotSupportedException();
        }
        public MqttMsgPublishedEventArgs(ushort messageId, bool isPublished)
        {
            throw new NotSupportedException();
        }
        public ushort MessageId
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public bool IsPublished
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
    }
}
