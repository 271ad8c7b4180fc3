// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Collections
{
    public class Hashtable : IDictionary
    {
        public Hashtable()
        {
            throw new NotSupportedException();
        }
        public Hashtable(int capacity)
        {
            throw new NotSupportedException();
        }
        public Hashtable(int capacity, float loadFactor)
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
        public bool IsReadOnly
        {
            get { throw new NotSupportedException(); }
        }
        public bool IsFixedSize
        {
            get { throw new NotSupportedException(); }
        }
        public ICollection Keys
        {
            get { throw new NotSupportedException(); }
        }
        public ICollection Values
        {
            get { throw new NotSupportedException(); }
        }
        public object this[object key]
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public object Clone()
        {
            throw new NotSupportedException();
        }
        public IEnumerator GetEnumerator()
        {
            throw new NotSupportedException();
        }
        public void CopyTo(Array array, int arrayIndex)
        {
            throw new NotSupportedException();
        }
        public void Add(object key, object value)
        {
            throw new NotSupportedException();
        }
        public void Clear()
        {
            throw new NotSupportedException();
        }
        public bool Contains(object key)
        {
            throw new NotSupportedException();
        }
        public void Remove(object key)
        {
            throw new NotSupportedException();
        }
    }
}
