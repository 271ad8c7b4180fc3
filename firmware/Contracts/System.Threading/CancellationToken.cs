// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Threading
{
    public struct CancellationToken
    {
        public CancellationToken(bool canceled)
        {
            throw new NotSupportedException();
        }
        public static CancellationToken None
        {
            get { throw new NotSupportedException(); }
        }
        public bool IsCancellationRequested
        {
            get { throw new NotSupportedException(); }
        }
        public bool CanBeCanceled
        {
            get { throw new NotSupportedException(); }
        }
        public WaitHandle WaitHandle
        {
            get { throw new NotSupportedException(); }
        }
        public bool Equals(CancellationToken other)
        {
            throw new NotSupportedException();
        }
        public override bool Equals(object other)
        {
            throw new NotSupportedException();
        }
        public override int GetHashCode()
        {
            throw new NotSupportedException();
        }
        public void ThrowIfCancellationRequested()
        {
            throw new NotSupportedException();
        }
    }
}
