// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Text
{
    public abstract class Encoding
    {
        public Encoding()
        {
            throw new NotSupportedException();
        }
        public static Encoding UTF8
        {
            get { throw new NotSupportedException(); }
        }
        public virtual byte[] GetBytes(string s)
        {
            throw new NotSupportedException();
        }
        public virtual int GetBytes(string s, int charIndex, int charCount, byte[] bytes, int byteIndex)
        {
            throw new NotSupportedException();
        }
        public virtual char[] GetChars(byte[] bytes)
        {
            throw new NotSupportedException();
        }
        public virtual char[] GetChars(byte[] bytes, int byteIndex, int byteCount)
        {
            throw new NotSupportedException();
        }
        public string GetString(byte[] bytes, int index, int count)
        {
            throw new NotSupportedException();
        }
        public abstract Decoder GetDecoder();
    }
}
