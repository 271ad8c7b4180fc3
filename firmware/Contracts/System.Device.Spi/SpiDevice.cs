// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Device.Spi
{
    public class SpiDevice : IDisposable
    {
        public SpiDevice(SpiConnectionSettings settings)
        {
            throw new NotSupportedException();
        }
        public SpiConnectionSettings ConnectionSettings
        {
            get { throw new NotSupportedException(); }
        }
        public byte ReadByte()
        {
            throw new NotSupportedException();
        }
        public void Read(SpanByte buffer)
        {
            throw new NotSupportedException();
        }
        public void Read(ushort[] buffer)
        {
            throw new NotSupportedException();
        }
        public void WriteByte(byte value)
        {
            throw new NotSupportedException();
        }
        public void Write(ushort[] buffer)
        {
            throw new NotSupportedException();
        }
        public void Write(SpanByte buffer)
        {
            throw new NotSupportedException();
        }
        public void TransferFullDuplex(ushort[] writeBuffer, ushort[] readBuffer)
        {
            throw new NotSupportedException();
        }
        public void TransferFullDuplex(SpanByte writeBuffer, SpanByte readBuffer)
        {
            throw new NotSupportedException();
        }
        public static SpiDevice Create(SpiConnectionSettings settings)
        {
            throw new NotSupportedException();
        }
        public void Dispose()
        {
            throw new NotSupportedException();
        }
    }
}
