// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.M2Mqtt.Messages
{
    public class MqttMsgSubscribeEventArgs : EventArgs
    {
        public MqttMsgSubscribeEventArgs(ushort messageId, string[] topics, MqttQoSLevel[] qosLevels)
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
        public MqttQoSLevel[] QoSLevels
        {
            get { throw new NotSupportedException(); }
        }
    }
}
