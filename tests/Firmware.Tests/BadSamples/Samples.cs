using System;

namespace BadSamples;

public class GenericClass<T>
{
    public T Value;
}

public static class GenericMethod
{
    public static int Use<T>(T value)
    {
        return value == null ? 0 : 1;
    }
}

public class FuncField
{
    private Func<int> _make;
}

public static class GenericLocal
{
    public static int Use(int x)
    {
        Action<int> act = Nothing;
        act(x);
        return x;
    }

    private static void Nothing(int x)
    {
    }
}

public class MatrixField
{
    private int[,] _cells;
}

public static class MatrixUse
{
    public static int Use()
    {
        return new int[2, 2].Length;
    }
}

public interface IWithBody
{
    int Two()
    {
        return 2;
    }
}

public static class StackMemory
{
    public static unsafe int Use()
    {
        int* p = stackalloc int[4];
        p[0] = 1;
        return p[0];
    }
}

public static class PointerLocal
{
    public static unsafe byte Use(byte[] data)
    {
        fixed (byte* p = data)
        {
            return *p;
        }
    }
}

public static class ForeignType
{
    public static int Use()
    {
        return new System.Collections.Queue().Count;
    }
}

public static class CheckedSum
{
    public static int Use(int a, int b)
    {
        return checked(a + b);
    }
}

public static class CheckedCast
{
    public static byte Use(int a)
    {
        return checked((byte)a);
    }
}

public enum Colour
{
    Red = 0,
}

public static class EnumName
{
    public static string Use(Colour colour)
    {
        return colour.ToString();
    }
}

public static class EnumInText
{
    public static string Use(Colour colour)
    {
        return "it is " + (object)colour;
    }
}

public static class Clean
{
    public static string Use(int a, string[] names)
    {
        int sum = 0;
        foreach (string name in names)
        {
            sum += name.Length;
        }

        return "sum " + (sum + a);
    }
}
