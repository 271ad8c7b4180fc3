// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.M2Mqtt
{
    public class MqttSettings
    {
        internal MqttSettings()
        {
        }
        public const int BrokerDefaultPort = 1883;
        public const int BrokerDefaultSslPort = 8883;
        public const int DefaultTimeout = 30000;
        public const int MaximumAttemptsRetry = 3;
        public const int DefaultDelayRetry = 1000;
        public const int ConnectTimeout = 30000;
        public const int DefaultInflightQueueSize = 2147483647;
        public int Port
        {
            get { throw new NotSupportedException(); }
        }
        public int SslPort
        {
            get { throw new NotSupportedException(); }
        }
        public int TimeoutOnConnection
        {
            get { throw new NotSupportedException(); }
        }
        public int TimeoutOnReceiving
        {
            get { throw new NotSupportedException(); }
        }
        public int AttemptsOnRetry
        {
            get { throw new NotSupportedException(); }
        }
        public int DelayOnRetry
        {
            get { throw new NotSupportedException(); }
        }
        public int InflightQueueSize
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public bool ValidateServerCertificate
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public static MqttSettings Instance
        {
            get { throw new NotSupportedException(); }
        }
    }
}
