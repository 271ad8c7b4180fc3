// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Text
{
    public class UTF8Encoding : Encoding
    {
        public UTF8Encoding()
        {
            throw new NotSupportedException();
        }
        public override byte[] GetBytes(string s)
        {
            throw new NotSupportedException();
        }
        public override int GetBytes(string s, int charIndex, int charCount, byte[] bytes, int byteIndex)
        {
            throw new NotSupportedException();
        }
        public override char[] GetChars(byte[] bytes)
        {
            throw new NotSupportedException();
        }
        public override char[] GetChars(byte[] bytes, int byteIndex, int byteCount)
        {
            throw new NotSupportedException();
        }
        public override Decoder GetDecoder()
        {
            throw new NotSupportedException();
        }
    }
}
