using System.Data.Common;
using Devices.Contract.Punches;

namespace Devices.Bridge.Store.Sql;

/// <summary>Values to columns and back.</summary>
internal static class Columns
{
    public static string Text(this Guid ledger) => ledger.ToString("D");

#pragma warning disable CA1308 // The stored text is lower case by contract.
    public static string Text<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
#pragma warning restore CA1308

    public static T Enum<T>(string text) where T : struct, Enum => System.Enum.Parse<T>(text, ignoreCase: true);

    public static long? LongOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static double? DoubleOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);

    public static float? FloatOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : (float)row.GetDouble(column);

    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static Guid? GuidOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : Guid.Parse(row.GetString(column));

    public static byte[] Bytes(this DbDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    public static string Hex(this DbDataReader row, int column) => PunchChain.ToHex(row.Bytes(column));
}
