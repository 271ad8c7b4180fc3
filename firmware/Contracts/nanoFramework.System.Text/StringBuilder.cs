// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Text
{
    public class StringBuilder
    {
        public StringBuilder(string value, int startIndex, int length, int capacity)
        {
            throw new NotSupportedException();
        }
        public StringBuilder(string value, int capacity)
        {
            throw new NotSupportedException();
        }
        public StringBuilder(int capacity, int maxCapacity)
        {
            throw new NotSupportedException();
        }
        public StringBuilder(int capacity)
        {
            throw new NotSupportedException();
        }
        public StringBuilder(string value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder()
        {
            throw new NotSupportedException();
        }
        public int MaxCapacity
        {
            get { throw new NotSupportedException(); }
        }
        public char this[int index]
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public int Capacity
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public int Length
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public StringBuilder Append(bool value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(byte value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(char value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(double value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(short value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(char[] value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(int value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(long value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(object value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(string value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(sbyte value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(float value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(ushort value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(uint value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(ulong value)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(string value, int startIndex, int count)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(char[] value, int startIndex, int charCount)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Append(char value, int repeatCount)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Remove(int startIndex, int length)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Insert(int index, string value, int count)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Insert(int index, char[] value, int startIndex, int charCount)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Replace(char oldChar, char newChar, int startIndex, int count)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Replace(char oldChar, char newChar)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Replace(string oldValue, string newValue, int startIndex, int count)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Replace(string oldValue, string newValue)
        {
            throw new NotSupportedException();
        }
        public StringBuilder Clear()
        {
            throw new NotSupportedException();
        }
        public override string ToString()
        {
            throw new NotSupportedException();
        }
        public string ToString(int startIndex, int length)
        {
            throw new NotSupportedException();
        }
        public StringBuilder AppendLine(string str)
        {
            throw new NotSupportedException();
        }
        public StringBuilder AppendLine()
        {
            throw new NotSupportedException();
        }
    }
}
