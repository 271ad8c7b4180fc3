// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.IO
{
    public abstract class Stream : MarshalByRefObject, IDisposable
    {
        public Stream()
        {
            throw new NotSupportedException();
        }
        public abstract bool CanRead { get; }
        public abstract bool CanSeek { get; }
        public bool CanTimeout
        {
            get { throw new NotSupportedException(); }
        }
        public abstract bool CanWrite { get; }
        public abstract long Length { get; }
        public abstract long Position { get; set; }
        public int ReadTimeout
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public int WriteTimeout
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public virtual void Close()
        {
            throw new NotSupportedException();
        }
        public void CopyTo(Stream destination)
        {
            throw new NotSupportedException();
        }
        public void Dispose()
        {
            throw new NotSupportedException();
        }
        public abstract void Flush();
        public abstract long Seek(long offset, SeekOrigin origin);
        public abstract void SetLength(long value);
        public abstract int Read(SpanByte buffer);
        public abstract int Read(byte[] buffer, int offset, int count);
        public virtual int ReadByte()
        {
            throw new NotSupportedException();
        }
        public abstract void Write(byte[] buffer, int offset, int count);
        public virtual void WriteByte(byte value)
        {
            throw new NotSupportedException();
        }
    }
}
