// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Threading
{
    public class CancellationTokenSource : IDisposable
    {
        public CancellationTokenSource(int millisecondsDelay)
        {
            throw new NotSupportedException();
        }
        public CancellationTokenSource(TimeSpan delay)
        {
            throw new NotSupportedException();
        }
        public CancellationTokenSource()
        {
            throw new NotSupportedException();
        }
        public bool IsCancellationRequested
        {
            get { throw new NotSupportedException(); }
        }
        public CancellationToken Token
        {
            get { throw new NotSupportedException(); }
        }
        public void Cancel()
        {
            throw new NotSupportedException();
        }
        public void Cancel(bool throwOnFirstException)
        {
            throw new NotSupportedException();
        }
        public void CancelAfter(TimeSpan delay)
        {
            throw new NotSupportedException();
        }
        public void CancelAfter(int millisecondsDelay)
        {
            throw new NotSupportedException();
        }
        public void Dispose()
        {
            throw new NotSupportedException();
        }
    }
}
