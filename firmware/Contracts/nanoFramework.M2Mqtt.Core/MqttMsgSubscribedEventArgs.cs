// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.M2Mqtt.Messages
{
    public class MqttMsgSubscribedEventArgs : EventArgs
    {
        public MqttMsgSubscribedEventArgs(ushort messageId, MqttQoSLevel[] grantedQosLevels)
        {
            throw new NotSupportedException();
        }
        public ushort MessageId
        {
            get { throw new NotSupportedException(); }
        }
        public MqttQoSLevel[] GrantedQoSLevels
        {
            get { throw new NotSupportedException(); }
        }
    }
}
