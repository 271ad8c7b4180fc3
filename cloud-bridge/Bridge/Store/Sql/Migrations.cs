using System.Globalization;

namespace Devices.Bridge.Store.Sql;

/// <summary>Numbered migrations, embedded as <c>migrations/DIALECT/NNNN_name.sql</c>, the same numbers for each dialect.</summary>
public static class Migrations
{
    private const string Folder = "migrations/";

    /// <summary>The newest schema this program knows.</summary>
    public static int Newest { get; } = All("sqlite")[^1].Number;

    /// <summary>A dialect's migrations in order, with the names of their resources.</summary>
    public static IReadOnlyList<(int Number, string Resource)> All(string dialect)
    {
        string folder = $"{Folder}{dialect}/";
        return [.. typeof(Migrations).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Select(name => (int.Parse(name.AsSpan(folder.Length, 4), CultureInfo.InvariantCulture), name))
            .OrderBy(one => one.Item1)];
    }

    /// <summary>Applies what is missing, each migration in a transaction of its own.</summary>
    /// <param name="through">The last one to apply; for tests that need an earlier schema.</param>
    /// <exception cref="BridgeStartException">The database has a newer schema than this program knows.</exception>
    public static void Apply(SqlSession session, string database, int through = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(session);
        foreach ((int number, string resource) in All(session.Dialect.Name))
        {
            if (number > through) break;
            session.Script(session.Dialect.BeginMigration);
            try
            {
                // Read inside the transaction: a subcommand may be migrating the same new database.
                long found = session.Dialect.Schema(session);
                if (found > Newest)
                    throw new BridgeStartException($"{database} was written by a newer bridge (schema {found}, this program knows {Newest}): install that version or a later one.");
                if (found < number)
                {
                    session.Script(Read(resource));
                    session.Dialect.SetSchema(session, number);
                }
                session.Script("COMMIT");
            }
            catch
            {
                session.Script("ROLLBACK");
                throw;
            }
        }
    }

    private static string Read(string resource)
    {
        using Stream stream = typeof(Migrations).Assembly.GetManifestResourceStream(resource)!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
