// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.Runtime.Native
{
    public static class ExecutionConstraint
    {
        public static void Install(int timeoutMilliseconds, int priority)
        {
            throw new NotSupportedException();
        }
    }
}
