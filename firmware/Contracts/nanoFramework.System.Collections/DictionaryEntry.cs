// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Collections
{
    public class DictionaryEntry
    {
        public object Key;
        public object Value;
        public DictionaryEntry(object key, object value)
        {
            throw new NotSupportedException();
        }
    }
}
