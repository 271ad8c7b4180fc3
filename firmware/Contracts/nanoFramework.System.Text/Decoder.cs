// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Text
{
    public abstract class Decoder
    {
        public Decoder()
        {
            throw new NotSupportedException();
        }
        public abstract void Convert(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex, int charCount, bool flush, out int bytesUsed, out int charsUsed, out bool completed);
    }
}
