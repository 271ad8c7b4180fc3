// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System
{
    public static class Environment
    {
        public static long TickCount64
        {
            get { throw new NotSupportedException(); }
        }
    }
}
