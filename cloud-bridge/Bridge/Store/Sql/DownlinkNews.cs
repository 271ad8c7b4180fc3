namespace Devices.Bridge.Store.Sql;

/// <summary>One number that grows with everything an operator wishes of a terminal, also from a command line beside the running bridge.</summary>
internal static class DownlinkNews
{
    public static void Tell(SqlSession session) => session.Execute("UPDATE downlink_news SET n = n + 1 WHERE id = 1");

    public static long Read(SqlSession session) => session.Number("SELECT n FROM downlink_news WHERE id = 1");
}
