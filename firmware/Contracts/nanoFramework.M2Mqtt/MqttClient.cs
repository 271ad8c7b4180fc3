// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;
using System.Collections;
using System.Security.Cryptography.X509Certificates;
using nanoFramework.M2Mqtt.Messages;

namespace nanoFramework.M2Mqtt
{
    public class MqttClient : IMqttClient, IDisposable
    {
        public MqttClient(string brokerHostName)
        {
            throw new NotSupportedException();
        }
        public MqttClient(string brokerHostName, int brokerPort, bool secure, X509Certificate caCert, X509Certificate clientCert, MqttSslProtocols sslProtocol)
        {
            throw new NotSupportedException();
        }
        public bool IsConnected
        {
            get { throw new NotSupportedException(); }
        }
        public string ClientId
        {
            get { throw new NotSupportedException(); }
        }
        public bool CleanSession
        {
            get { throw new NotSupportedException(); }
        }
        public bool WillFlag
        {
            get { throw new NotSupportedException(); }
        }
        public MqttQoSLevel WillQosLevel
        {
            get { throw new NotSupportedException(); }
        }
        public string WillTopic
        {
            get { throw new NotSupportedException(); }
        }
        public string WillMessage
        {
            get { throw new NotSupportedException(); }
        }
        public MqttProtocolVersion ProtocolVersion
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public string AuthenticationMethod
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public byte[] AuthenticationData
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public uint SessionExpiryInterval
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public bool RequestProblemInformation
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public bool RequestResponseInformation
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public ushort ReceiveMaximum
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public ushort TopicAliasMaximum
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public uint WillDelayInterval
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public ArrayList UserProperties
        {
            get { throw new NotSupportedException(); }
        }
        public uint MaximumPacketSize
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public bool IsAuthenticationFlow
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public MqttSettings Settings
        {
            get { throw new NotSupportedException(); }
        }
        public event IMqttClient.MqttMsgPublishEventHandler MqttMsgPublishReceived
        {
            add { throw new NotSupportedException(); }
            remove { throw new NotSupportedException(); }
        }
        public event IMqttClient.MqttMsgPublishedEventHandler MqttMsgPublished
        {
            add { throw new NotSupportedException(); }
            remove { throw new NotSupportedException(); }
        }
        public event IMqttClient.MqttMsgSubscribedEventHandler MqttMsgSubscribed
        {
            add { throw new NotSupportedException(); }
            remove { throw new NotSupportedException(); }
        }
        public event IMqttClient.MqttMsgUnsubscribedEventHandler MqttMsgUnsubscribed
        {
            add { throw new NotSupportedException(); }
            remove { throw new NotSupportedException(); }
        }
        public event IMqttClient.ConnectionClosedEventHandler ConnectionClosed
        {
            add { throw new NotSupportedException(); }
            remove { throw new NotSupportedException(); }
        }
        public void Init(string brokerHostName, int brokerPort, bool secure, byte[] caCert, byte[] clientCert, MqttSslProtocols sslProtocol)
        {
            throw new NotSupportedException();
        }
        public MqttReasonCode Connect(string clientId)
        {
            throw new NotSupportedException();
        }
        public MqttReasonCode Connect(string clientId, bool cleanSession)
        {
            throw new NotSupportedException();
        }
        public MqttReasonCode Connect(string clientId, string username, string password)
        {
            throw new NotSupportedException();
        }
        public MqttReasonCode Connect(string clientId, string username, string password, bool cleanSession, ushort keepAlivePeriod)
        {
            throw new NotSupportedException();
        }
        public MqttReasonCode Connect(string clientId, string username, string password, bool willRetain, MqttQoSLevel willQosLevel, bool willFlag, string willTopic, string willMessage, bool cleanSession, ushort keepAlivePeriod)
        {
            throw new NotSupportedException();
        }
        public void Disconnect()
        {
            throw new NotSupportedException();
        }
        public void Close()
        {
            throw new NotSupportedException();
        }
        public void Dispose()
        {
            throw new NotSupportedException();
        }
        public ushort Subscribe(string[] topics, MqttQoSLevel[] qosLevels)
        {
            throw new NotSupportedException();
        }
        public ushort Unsubscribe(string[] topics)
        {
            throw new NotSupportedException();
        }
        public ushort Publish(string topic, byte[] message)
        {
            throw new NotSupportedException();
        }
        public ushort Publish(string topic, byte[] message, string contentType)
        {
            throw new NotSupportedException();
        }
        public ushort Publish(string topic, byte[] message, string contentType, ArrayList userProperties)
        {
            throw new NotSupportedException();
        }
        public ushort Publish(string topic, byte[] message, string contentType, ArrayList userProperties, MqttQoSLevel qosLevel, bool retain)
        {
            throw new NotSupportedException();
        }
    }
}
