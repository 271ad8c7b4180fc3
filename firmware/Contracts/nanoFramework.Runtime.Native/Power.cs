// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.Runtime.Native
{
    public class Power
    {
        public Power()
        {
            throw new NotSupportedException();
        }
        public static event RebootEventHandler OnRebootEvent
        {
            add { throw new NotSupportedException(); }
            remove { throw new NotSupportedException(); }
        }
        public static void RebootDevice(RebootOption rebootOption = default)
        {
            throw new NotSupportedException();
        }
        public static void RebootDevice(int exeConstraintTimeout, RebootOption rebootOption = default)
        {
            throw new NotSupportedException();
        }
    }
}
