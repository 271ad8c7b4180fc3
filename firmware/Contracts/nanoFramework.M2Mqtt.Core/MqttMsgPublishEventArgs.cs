// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.M2Mqtt.Messages
{
    public class MqttMsgPublishEventArgs : EventArgs
    {
        public MqttMsgPublishEventArgs(string topic, byte[] message, bool dupFlag, MqttQoSLevel qosLevel, bool retain)
        {
            throw new NotSupportedException();
        }
        public string Topic
        {
            get { throw new NotSupportedException(); }
        }
        public byte[] Message
        {
            get { throw new NotSupportedException(); }
        }
        public bool DupFlag
        {
            get { throw new NotSupportedException(); }
        }
        public MqttQoSLevel QosLevel
        {
            get { throw new NotSupportedException(); }
        }
        public bool Retain
        {
            get { throw new NotSupportedException(); }
        }
    }
}
