using System.Data.Common;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="INoticeStore"/>
public sealed class SqlNoticeStore(SqlDatabase database, TimeProvider time) : INoticeStore
{
    private const string Fields = "id, cause, kind, person, text, state, attempts, unsure, day, sent_at, task_id, reason, created_at";

    public Task<bool> AddConsentAsync(NoticeConsent consent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(consent);
        return database.WriteAsync(session =>
        {
            (string, object?)[] pair = [("@person", consent.Person), ("@recipient", consent.Recipient)];
            if (session.Number("SELECT COUNT(*) FROM notice_consents WHERE person = @person AND recipient = @recipient AND ended_at IS NULL", pair) > 0) return false;
            session.Execute(
                "INSERT INTO notice_consents (person, recipient, text_version, given_by, given_at, recorded_by) VALUES (@person, @recipient, @version, @by, @at, @recorder)",
                [.. pair, ("@version", consent.TextVersion), ("@by", consent.GivenBy), ("@at", consent.GivenAt), ("@recorder", consent.RecordedBy)]);
            return true;
        }, cancellationToken);
    }

    public Task<bool> EndConsentAsync(string person, string recipient, string by, CancellationToken cancellationToken = default) => database.WriteAsync(session => session.Execute(
        "UPDATE notice_consents SET ended_at = @now, ended_by = @by WHERE person = @person AND recipient = @recipient AND ended_at IS NULL",
        ("@now", Now()), ("@by", by), ("@person", person), ("@recipient", recipient)) == 1, cancellationToken);

    public Task<IReadOnlyList<NoticeConsent>> ConsentsAsync(string? person, bool includeEnded, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<NoticeConsent>>(session => session.Query(
            $"""
            SELECT person, recipient, text_version, given_by, given_at, recorded_by, ended_at, ended_by FROM notice_consents
            WHERE {(person is null ? "" : "person = @person AND ")}(ended_at IS NULL OR @ended) ORDER BY given_at DESC, id DESC
            """,
            row => new NoticeConsent(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetString(5), row.LongOrNull(6), row.TextOrNull(7)),
            [("@ended", includeEnded), .. person is null ? ((string, object?)[])[] : [("@person", person)]]), cancellationToken);

    public Task<long> LastPunchAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync(session =>
        {
            (string settled, (string, object?)[] through) = Arrivals.Settled(session, "id");
            return session.Number($"SELECT COALESCE(MAX(id), 0) FROM punches WHERE id > 0{settled}", through);
        }, cancellationToken);

    public Task<int> AddAsync(IReadOnlyList<NewNotice> notices, (string Key, string Value)? setting, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(notices);
        return database.WriteAsync(session =>
        {
            int added = 0;
            foreach (NewNotice notice in notices)
            {
                long id = session.Number(
                    """
                    INSERT INTO notices (cause, kind, person, text, state, next_at, created_at, updated_at) VALUES (@cause, @kind, @person, @text, 'pending', @now, @now, @now)
                    ON CONFLICT (cause) DO NOTHING RETURNING id
                    """,
                    ("@cause", notice.Cause), ("@kind", Columns.Text(notice.Kind)), ("@person", notice.Person), ("@text", notice.Text), ("@now", Now()));
                if (id == 0) continue;
                added++;
                foreach (string recipient in notice.Recipients.Distinct(StringComparer.Ordinal))
                    session.Execute("INSERT INTO notice_recipients (notice_id, recipient) VALUES (@id, @recipient)", ("@id", id), ("@recipient", recipient));
            }

            if (setting is { } mark)
                session.Execute(
                    "INSERT INTO settings (key, value, updated_at) VALUES (@key, @value, @now) ON CONFLICT (key) DO UPDATE SET value = @value, updated_at = @now",
                    ("@key", mark.Key), ("@value", mark.Value), ("@now", Now()));
            return added;
        }, cancellationToken);
    }

    public Task<IReadOnlyList<NoticeRow>> DueAsync(long now, int limit, CancellationToken cancellationToken = default) => ReadAsync(
        $"SELECT {Fields} FROM notices WHERE state IN ('pending', 'sent') AND next_at <= @now ORDER BY next_at, id LIMIT @limit", [("@now", now), ("@limit", (long)limit)], cancellationToken);

    public Task<IReadOnlyList<NoticeRow>> NoticesAsync(int limit, CancellationToken cancellationToken = default) =>
        ReadAsync($"SELECT {Fields} FROM notices ORDER BY id DESC LIMIT @limit", [("@limit", (long)limit)], cancellationToken);

    public Task ChangeAsync(long id, NoticeChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return database.WriteAsync(session =>
        {
            session.Execute(
                """
                UPDATE notices SET state = @state, attempts = @attempts, unsure = @unsure, day = @day, next_at = @next, sent_at = @sent, task_id = @task, reason = @reason,
                  updated_at = @now WHERE id = @id
                """,
                ("@state", Columns.Text(change.State)), ("@attempts", (long)change.Attempts), ("@unsure", (long)change.Unsure), ("@day", change.Day), ("@next", change.NextAt),
                ("@sent", change.SentAt), ("@task", change.TaskId), ("@reason", change.Reason), ("@now", Now()), ("@id", id));
            session.Execute("UPDATE notice_recipients SET day = @day WHERE notice_id = @id", ("@day", change.Day), ("@id", id));
            foreach (NoticeRecipient one in change.Recipients)
                session.Execute(
                    "UPDATE notice_recipients SET state = @state, code = @code WHERE notice_id = @id AND recipient = @recipient",
                    ("@state", one.Delivered switch { true => "delivered", false => "failed", _ => "open" }), ("@code", one.Code), ("@id", id), ("@recipient", one.UserId));
        }, cancellationToken);
    }

    public Task<int> RecoverAsync(CancellationToken cancellationToken = default) => database.WriteAsync(session => session.Execute(
        "UPDATE notices SET state = 'pending', unsure = unsure + 1, updated_at = @now WHERE state = 'sending'", ("@now", Now())), cancellationToken);

    public Task<long> RecipientsSinceAsync(long since, CancellationToken cancellationToken = default) => database.ReadAsync(session => session.Number(
        "SELECT COUNT(*) FROM notices n JOIN notice_recipients r ON r.notice_id = n.id WHERE n.sent_at > @since", ("@since", since)), cancellationToken);

    public Task<long> SentToAsync(string recipient, string day, CancellationToken cancellationToken = default) => database.ReadAsync(session => session.Number(
        "SELECT COUNT(*) FROM notice_recipients WHERE recipient = @recipient AND day = @day", ("@recipient", recipient), ("@day", day)), cancellationToken);

    public Task<int> PurgeAsync(long before, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        session.Execute(
            "DELETE FROM notice_recipients WHERE notice_id IN (SELECT id FROM notices WHERE created_at < @before AND state NOT IN ('pending', 'sending', 'sent'))", ("@before", before));
        return session.Execute("DELETE FROM notices WHERE created_at < @before AND state NOT IN ('pending', 'sending', 'sent')", ("@before", before));
    }, cancellationToken);

    private Task<IReadOnlyList<NoticeRow>> ReadAsync(string sql, (string, object?)[] values, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<NoticeRow>>(session => [.. session.Query(sql, Read, values).Select(n => n with
        {
            Recipients = session.Query(
                "SELECT recipient, state, code FROM notice_recipients WHERE notice_id = @id ORDER BY recipient",
                row => new NoticeRecipient(row.GetString(0), row.GetString(1) switch { "delivered" => true, "failed" => false, _ => null }, row.TextOrNull(2)), ("@id", n.Id)),
        })], cancellationToken);

    private static NoticeRow Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), Columns.Enum<NoticeKind>(row.GetString(2)), row.TextOrNull(3), row.GetString(4), Columns.Enum<NoticeState>(row.GetString(5)),
        (int)row.GetInt64(6), (int)row.GetInt64(7), row.TextOrNull(8), row.LongOrNull(9), row.TextOrNull(10), row.TextOrNull(11), row.GetInt64(12), []);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
