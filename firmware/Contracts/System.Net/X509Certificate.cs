// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Security.Cryptography.X509Certificates
{
    public class X509Certificate
    {
        public X509Certificate()
        {
            throw new NotSupportedException();
        }
        public X509Certificate(byte[] certificate)
        {
            throw new NotSupportedException();
        }
        public X509Certificate(string certificate)
        {
            throw new NotSupportedException();
        }
        public string Issuer
        {
            get { throw new NotSupportedException(); }
        }
        public string Subject
        {
            get { throw new NotSupportedException(); }
        }
        public DateTime GetEffectiveDate()
        {
            throw new NotSupportedException();
        }
        public DateTime GetExpirationDate()
        {
            throw new NotSupportedException();
        }
        public byte[] GetRawCertData()
        {
            throw new NotSupportedException();
        }
    }
}
