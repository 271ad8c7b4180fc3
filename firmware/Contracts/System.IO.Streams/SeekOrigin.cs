// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.IO
{
    public enum SeekOrigin
    {
        Begin = 0,
        Current = 1,
        End = 2,
    }
}
