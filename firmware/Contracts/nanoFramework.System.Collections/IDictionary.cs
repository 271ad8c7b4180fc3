// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Collections
{
    public interface IDictionary : ICollection, IEnumerable
    {
        bool IsReadOnly { get; }
        bool IsFixedSize { get; }
        ICollection Keys { get; }
        ICollection Values { get; }
        object this[object key] { get; set; }
        void Add(object key, object value);
        void Clear();
        bool Contains(object key);
        void Remove(object key);
    }
}
