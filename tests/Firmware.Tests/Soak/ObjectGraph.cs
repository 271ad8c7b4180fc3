using System.Reflection;
using System.Runtime.CompilerServices;

namespace Devices.Firmware.Tests.Soak;

/// <summary>
/// Counts what an object keeps alive, by walking its fields: unlike the process' heap this says nothing about tests that run beside it, so
/// "zero growth" can be asserted to the object.
/// </summary>
internal static class ObjectGraph
{
    /// <summary>Objects and bytes (arrays and texts by their length, others by their fields) of the firmware's own types, arrays and texts.</summary>
    public static (int Objects, long Bytes) Of(object root)
    {
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        Stack<object> open = new();
        open.Push(root);
        long bytes = 0;
        while (open.TryPop(out object? at))
        {
            Type type = at.GetType();
            if (!Ours(type) || !seen.Add(at))
            {
                continue;
            }

            bytes += 16;
            if (at is string text)
            {
                bytes += 2L * text.Length;
                continue;
            }

            if (at is Array array)
            {
                Type element = type.GetElementType()!;
                bytes += (long)array.Length * (element.IsPrimitive ? Size(element) : 8);
                if (!element.IsPrimitive)
                {
                    foreach (object? item in array)
                    {
                        if (item is not null) open.Push(item);
                    }
                }

                continue;
            }

            for (Type? level = type; level is not null && level != typeof(object); level = level.BaseType)
            {
                foreach (FieldInfo field in level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                {
                    bytes += 8;
                    if (!field.FieldType.IsPrimitive && field.GetValue(at) is { } value) open.Push(value);
                }
            }
        }

        return (seen.Count, bytes);
    }

    private static bool Ours(Type type) => type == typeof(string) || type.IsArray
        || type.Namespace?.StartsWith("Devices.Terminal", StringComparison.Ordinal) == true
        || type.Namespace?.StartsWith("Devices.Link", StringComparison.Ordinal) == true;

    private static int Size(Type type) => type == typeof(byte) || type == typeof(bool) ? 1 : type == typeof(char) || type == typeof(short) ? 2 : type == typeof(int) ? 4 : 8;
}
