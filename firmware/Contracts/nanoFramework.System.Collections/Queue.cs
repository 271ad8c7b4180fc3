// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Collections
{
    public class Queue : ICollection
    {
        public Queue()
        {
            throw new NotSupportedException();
        }
        public int Count
        {
            get { throw new NotSupportedException(); }
        }
        public bool IsSynchronized
        {
            get { throw new NotSupportedException(); }
        }
        public object SyncRoot
        {
            get { throw new NotSupportedException(); }
        }
        public object Clone()
        {
            throw new NotSupportedException();
        }
        public void Clear()
        {
            throw new NotSupportedException();
        }
        public void CopyTo(Array array, int index)
        {
            throw new NotSupportedException();
        }
        public void Enqueue(object obj)
        {
            throw new NotSupportedException();
        }
        public IEnumerator GetEnumerator()
        {
            throw new NotSupportedException();
        }
        public object Dequeue()
        {
            throw new NotSupportedException();
        }
        public object Peek()
        {
            throw new NotSupportedException();
        }
        public bool Contains(object obj)
        {
            throw new NotSupportedException();
        }
        public object[] ToArray()
        {
            throw new NotSupportedException();
        }
    }
}
