// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.M2Mqtt.Messages
{
    public class UserProperty
    {
        public UserProperty(string name, string value)
        {
            throw new NotSupportedException();
        }
        public string Name
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public string Value
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
    }
}
