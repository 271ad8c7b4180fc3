// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.IO
{
    public class FileStream : Stream
    {
        public FileStream(string path, FileMode mode)
        {
            throw new NotSupportedException();
        }
        public FileStream(string path, FileMode mode, FileAccess access)
        {
            throw new NotSupportedException();
        }
        public FileStream(string path, FileMode mode, FileAccess access, FileShare share)
        {
            throw new NotSupportedException();
        }
        public FileStream(string path, FileMode mode, FileAccess access, FileShare share, int bufferSize)
        {
            throw new NotSupportedException();
        }
        public override bool CanRead
        {
            get { throw new NotSupportedException(); }
        }
        public override bool CanSeek
        {
            get { throw new NotSupportedException(); }
        }
        public override bool CanWrite
        {
            get { throw new NotSupportedException(); }
        }
        public override long Length
        {
            get { throw new NotSupportedException(); }
        }
        public override long Position
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public string Name
        {
            get { throw new NotSupportedException(); }
        }
        public override void Close()
        {
            throw new NotSupportedException();
        }
        public override void Flush()
        {
            throw new NotSupportedException();
        }
        public override int Read(byte[] buffer, int offset, int count)
        {
            throw new NotSupportedException();
        }
        public override int Read(SpanByte buffer)
        {
            throw new NotSupportedException();
        }
        public override int ReadByte()
        {
            throw new NotSupportedException();
        }
        public override long Seek(long offset, SeekOrigin origin)
        {
            throw new NotSupportedException();
        }
        public override void SetLength(long value)
        {
            throw new NotSupportedException();
        }
        public override void Write(byte[] buffer, int offset, int count)
        {
            throw new NotSupportedException();
        }
        public override void WriteByte(byte value)
        {
            throw new NotSupportedException();
        }
    }
}
