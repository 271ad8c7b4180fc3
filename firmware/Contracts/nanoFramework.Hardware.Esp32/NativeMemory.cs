// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace nanoFramework.Hardware.Esp32
{
    public class NativeMemory
    {
        public enum MemoryType
        {
            All = 0,
            Internal = 1,
            SpiRam = 2,
        }
        public NativeMemory()
        {
            throw new NotSupportedException();
        }
        public static void GetMemoryInfo(MemoryType memType, out uint totalSize, out uint totalFreeSize, out uint largestFreeBlock)
        {
            throw new NotSupportedException();
        }
    }
}
