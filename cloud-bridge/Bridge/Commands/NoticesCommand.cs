using System.Globalization;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Commands;

/// <summary>Shows the operator which notices went to whom: the exceptions list names nobody.</summary>
public static class NoticesCommand
{
    private const int Most = 200;

    /// <summary><c>notices --data DIR [--failed]</c>: newest first, one line a notice.</summary>
    /// <exception cref="BridgeStartException">A flag is wrong; the message says which.</exception>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        CommandFlags flags = CommandFlags.Read("notices", args, ["data"], ["failed"]);
        await using SqlDatabase database = CommandStore.Open(flags);
        IEnumerable<NoticeRow> rows = await new SqlNoticeStore(database, TimeProvider.System).NoticesAsync(Most);
        if (flags.Has("failed")) rows = rows.Where(r => r.State is NoticeState.Failed or NoticeState.Partly or NoticeState.Doubtful);
        foreach (NoticeRow row in rows)
        {
            string made = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt).ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
            string people = string.Join(", ", row.Recipients.Select(r => r.Delivered switch { true => $"{r.UserId} got it", false => $"{r.UserId} did not ({r.Code})", _ => $"{r.UserId} not known" }));
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{row.Id}\t{made}\t{row.Kind}\t{row.State}\t{row.Cause}\t{people}\t{row.Reason}"));
        }

        return 0;
    }
}
