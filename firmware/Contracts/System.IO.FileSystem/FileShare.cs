// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.IO
{
    public enum FileShare
    {
        None = 0,
        Read = 1,
        Write = 2,
        ReadWrite = 3,
    }
}
