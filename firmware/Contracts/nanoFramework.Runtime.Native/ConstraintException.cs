// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.Runtime.Native
{
    public class ConstraintException : Exception
    {
        public ConstraintException()
        {
            throw new NotSupportedException();
        }
    }
}
