// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.Runtime.Native
{
    public static class SystemInfo
    {
        public enum FloatingPoint
        {
            None = 0,
            SinglePrecisionSoftware = 1,
            SinglePrecisionHardware = 2,
            DoublePrecisionSoftware = 3,
            DoublePrecisionHardware = 4,
        }
        public static Version Version
        {
            get { throw new NotSupportedException(); }
        }
        public static string OEMString
        {
            get { throw new NotSupportedException(); }
        }
        public static byte OEM
        {
            get { throw new NotSupportedException(); }
        }
        public static byte Model
        {
            get { throw new NotSupportedException(); }
        }
        public static ushort SKU
        {
            get { throw new NotSupportedException(); }
        }
        public static string TargetName
        {
            get { throw new NotSupportedException(); }
        }
        public static string Platform
        {
            get { throw new NotSupportedException(); }
        }
        public static FloatingPoint FloatingPointSupport
        {
            get { throw new NotSupportedException(); }
        }
    }
}
