// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.Runtime.Native
{
    public static class GC
    {
        public static uint Run(bool compactHeap)
        {
            throw new NotSupportedException();
        }
        public static void EnableGCMessages(bool enable)
        {
            throw new NotSupportedException();
        }
    }
}
